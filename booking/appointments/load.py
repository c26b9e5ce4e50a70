"""Loading a clinic's file: the catalogue becomes the file's, and each visit that it rules out is reported."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.catalogue.clinic_file.model import ClinicFile
from booking.catalogue.clinic_file.sync import rewrite_reasons, sync_clinic_file
from booking.domain.events import Event, EventKind
from booking.scheduling.obstacles import AppointmentObstacle, find_obstacles
from booking.storage.queries.appointments import upcoming_appointments
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.outbox import record_event
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class LoadedClinic:
    """`changes` are sentences; `obstacles` are all booked visits that can't take place, old ones too."""

    changes: Sequence[str]
    obstacles: Sequence[AppointmentObstacle]

    @property
    def sentences(self) -> list[str]:
        return [*self.changes, *map(str, self.obstacles)]


class RewritesClinic(Exception):
    """The file would make the database another clinic's, and nobody has confirmed that."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(
            f"this file would rewrite most of the clinic in the database: {'; '.join(reasons)}. Nothing was "
            "changed. See it with `book-online load --dry-run`; `book-online load --yes` does it. Is it the "
            "right DATABASE_URL, and the right file?"
        )


async def load_clinic_file(
    session: BookingSession, file: ClinicFile, *, now: datetime, allow_rewrite: bool
) -> LoadedClinic:
    """Make the catalogue equal to the file, in the caller's transaction.

    A visit that became impossible has one event, however often the file is loaded.

    Raises:
        RewritesClinic: unless `allow_rewrite`, the file is most likely another clinic's.
    """
    if not allow_rewrite and (reasons := await rewrite_reasons(session, file)):
        raise RewritesClinic(reasons)
    changes = await sync_clinic_file(session, file)
    await get_clinic(session, refresh=True)  # Triggers of the database have changed its row.
    obstacles = await find_obstacles(session, now=now)
    impossible = {obstacle.appointment.id for obstacle in obstacles}
    for appointment in await upcoming_appointments(session, now):
        if appointment.id not in impossible:
            appointment.impossible_since = None
        elif appointment.impossible_since is None:
            appointment.impossible_since = now
            event = Event(uuid.uuid4(), EventKind.NEEDS_ATTENTION, (appointment.id,), now)
            await record_event(session, event, None, ordering_key=appointment.ordering_key)
    await session.flush()
    return LoadedClinic(changes, obstacles)
