"""What is about to be booked, or was: what, with whom, when and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage import queries
from booking.storage.columns import in_language
from booking.storage.tables import Appointment, Hold
from widget.plain.offers import Place, person, place
from widget.plain.say import Say


@dataclass(frozen=True)
class Summary:
    """`times` are on the clock of the place."""

    service: str
    preparation: str
    person: str
    times: Sequence[datetime]
    place: Place


async def summary_of(
    session: AsyncSession, visits: Sequence[Hold] | Sequence[Appointment], say: Say
) -> Summary:
    """Of visits of one service, with one person: also when the clinic has withdrawn these since."""
    first = visits[0]
    service = (await queries.services_by_slug(session, [first.service]))[first.service]
    who = (await queries.practitioners_by_slug(session, [first.practitioner]))[first.practitioner]
    places = await queries.locations_by_slug(session, {visit.location for visit in visits})
    where = {slug: place(row, say) for slug, row in places.items()}
    return Summary(
        in_language(service.name, say.language),
        in_language(service.preparation, say.language) if service.preparation else "",
        person(who, say).full,
        [visit.starts_at.astimezone(where[visit.location].zone) for visit in visits],
        where[first.location],
    )
