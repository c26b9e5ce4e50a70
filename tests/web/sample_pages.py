"""The pages alone, of a clinic that is in no database."""

from starlette.applications import Starlette

from rendering.clinic_card import ClinicCard, ClinicCards
from web.noscript.overview import Overview
from web.noscript.views import PractitionerView, ServiceView
from web.pages import page_routes

CARD = ClinicCard(
    name="Sample Clinic",
    phone="+14165451881",
    phone_shown="416.545.1881",
    address=["1 Main Street"],
    hours=[("Monday", "9:00 a.m. to 5:00 p.m.")],
)
PRACTITIONERS = [
    PractitionerView(
        f"sample-practitioner-{letter}",
        f"Sample Practitioner {letter.upper()}",
        "Physiotherapist",
        "English, French",
        "Helps runners and dancers get back on their feet.",
        "",
    )
    for letter in "abc"
]
SERVICES = [
    ServiceView(
        "dry-needling",
        "Dry needling, first visit",
        "",
        "We assess you first.",
        ["45 min", "$110"],
        1,
        PRACTITIONERS,
    )
]


def sample_pages(*, demo: bool = True) -> Starlette:
    async def clinic(_language: str, _is_booking: bool) -> ClinicCard:
        return CARD

    async def overview(_language: str) -> Overview:
        return Overview(SERVICES, PRACTITIONERS)

    read = overview if demo else None
    return Starlette(routes=page_routes(clinic=ClinicCards(clinic), charge=lambda _: None, overview=read))
