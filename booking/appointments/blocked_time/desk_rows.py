"""What changes of blocked time and of extra hours have in common."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking.appointments.blocked_time.impossible_visits import mark_impossible_visits
from booking.catalogue.lookup import location_zones
from booking.domain.actor import Actor
from booking.storage.models.desk.blocked_time import MAX_ACTOR
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_schedules, lock_setup_in_time
from booking.storage.queries.waiting_list import note_openings
from booking.storage.session import BookingSession


async def zone_of(session: BookingSession, location: str | None) -> ZoneInfo:
    """Of the location; of the clinic where none is named."""
    if location is not None:
        return (await location_zones(session))[location]
    return ZoneInfo((await get_clinic(session)).time_zone)


async def lock_practitioner(session: BookingSession, practitioner: str) -> None:
    """Until the transaction ends, nobody else decides about the practitioner's time.

    Rows of the desk raise the catalogue's revision, which a load of the clinic's file does too before it
    locks schedules: with its lock taken first, the two never wait for each other.
    """
    await lock_setup_in_time(session)
    await lock_schedules(session, [practitioner])


async def apply_change(session: BookingSession, practitioner: str, *, now: datetime) -> None:
    """Write the changed rows, and mark anew which visits of the practitioner can't take place."""
    await session.flush()
    await get_clinic(session, refresh=True)  # Triggers of the database have changed its row.
    await mark_impossible_visits(session, now=now, practitioner=practitioner)
    await note_openings(session, [practitioner], due_at=now)


def actor_text(actor: Actor) -> str:
    return f"{actor.kind} {actor.id}"[:MAX_ACTOR]
