"""What is about to be booked, or was: what, with whom, when and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.domain.translations import in_language
from booking.storage.models.appointments import Appointment, Hold
from booking.storage.queries.catalogue import locations_by_slug, practitioners_by_slug, services_by_slug
from booking.storage.session import BookingSession
from web.noscript.offers import LocationView, location_view, practitioner_view
from web.noscript.texts import Texts


@dataclass(frozen=True)
class Summary:
    """`times` are on the clock of the place."""

    service: str
    preparation: str
    person: str
    times: Sequence[datetime]
    place: LocationView


async def summary_of(
    session: BookingSession, visits: Sequence[Hold] | Sequence[Appointment], say: Texts
) -> Summary:
    """Of visits of one service, with one person: also when the clinic has withdrawn these since."""
    first = visits[0]
    service = (await services_by_slug(session, [first.service]))[first.service]
    who = (await practitioners_by_slug(session, [first.practitioner]))[first.practitioner]
    places = await locations_by_slug(session, {visit.location for visit in visits})
    where = {slug: location_view(row, say) for slug, row in places.items()}
    return Summary(
        in_language(service.name, say.language),
        in_language(service.preparation, say.language) if service.preparation else "",
        practitioner_view(who, say).full,
        [visit.starts_at.astimezone(where[visit.location].zone) for visit in visits],
        where[first.location],
    )
