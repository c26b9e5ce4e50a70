"""The pages alone, of a clinic that is in no database."""

from starlette.applications import Starlette

from rendering.clinic_card import ClinicCard, ClinicCards
from web.pages import page_routes

CARD = ClinicCard(
    name="Sample Clinic",
    phone="+14165451881",
    phone_shown="416.545.1881",
    address=["1 Main Street"],
    hours=[("Monday", "9:00 a.m. to 5:00 p.m.")],
)


def sample_pages(*, demo: bool = True) -> Starlette:
    async def clinic(_language: str) -> ClinicCard:
        return CARD

    return Starlette(routes=page_routes(clinic=ClinicCards(clinic), charge=lambda _: None, demo=demo))
