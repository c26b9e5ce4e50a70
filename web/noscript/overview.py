"""What the clinic offers and who works there, at a glance: for the sample clinic's own page."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.i18n.locales import texts_for
from web.noscript.request import NoscriptSite
from web.noscript.views import PractitionerView, ServiceView, bookable_services


@dataclass(frozen=True)
class Overview:
    """`practitioners` are those with whom something can be booked, each once."""

    services: Sequence[ServiceView]
    practitioners: Sequence[PractitionerView]


async def read_overview(site: NoscriptSite, language: str) -> Overview:
    async with site.database.read() as session:
        services = await bookable_services(session, texts_for(language), now=await site.now(session))
    practitioners = {view.slug: view for service in services for view in service.practitioners}
    return Overview(services, [practitioners[slug] for slug in sorted(practitioners)])
