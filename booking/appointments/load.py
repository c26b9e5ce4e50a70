"""Loading a clinic's file: the catalogue becomes the file's, and each visit that it rules out is reported."""

import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, inspect, select
from sqlalchemy.engine import Connection

from booking.appointments.blocked_time.impossible_visits import mark_impossible_visits
from booking.appointments.keep_times import KeptTime, keep_times, record_local_times
from booking.catalogue.changes.record import keep_images, record_changes
from booking.catalogue.changes.sections import content_of, images_of
from booking.catalogue.clinic_file.export.content import file_content
from booking.catalogue.clinic_file.export.stored_rows import stored_rows
from booking.catalogue.clinic_file.mapping import ClinicRows, rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.sync import (
    refuse_changed_consents,
    rewrite_reasons,
    sync_clinic_file,
)
from booking.domain.actor import Actor, ActorKind
from booking.scheduling.obstacles import AppointmentObstacle
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_setup
from booking.storage.queries.waiting_list import note_openings, practitioners_to_sweep
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class LoadedClinic:
    """`changes` are sentences; `obstacles` are all booked visits that can't take place, old ones too.

    `undoes` says that the catalogue was changed since the file was written from it. `act` is that of the
    history; None if nothing changed, and of a first load.
    """

    changes: Sequence[str]
    kept_times: Sequence[KeptTime]
    obstacles: Sequence[AppointmentObstacle]
    undoes: bool = False
    act: uuid.UUID | None = None

    @property
    def sentences(self) -> list[str]:
        return [*self.changes, *map(str, self.kept_times), *map(str, self.obstacles)]


class RewritesClinic(Exception):
    """The file would make the database another clinic's, and nobody has confirmed that."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(
            f"this file would rewrite most of the clinic in the database: {'; '.join(reasons)}. Nothing was "
            "changed. See it with `book-online load --dry-run`; `book-online load --yes` does it. Is it the "
            "right DATABASE_URL, and the right file?"
        )


class UndoesChanges(Exception):
    """The catalogue was changed since the file was written from it, and nobody has confirmed to undo that."""

    def __init__(self, changes: Sequence[str]) -> None:
        lines = "".join(f"\n  {change}" for change in changes)
        super().__init__(
            "the clinic in the database was changed since this file was written from it, and the file would "
            f"undo that. Nothing was changed. These changes would be made:{lines}\n"
            "`book-online export` writes another file from the database, for your edits; "
            "`book-online load --force` loads this one as it is"
        )


def refuse_clinic_file(connection: Connection, file: ClinicFile, *, allow_rewrite: bool) -> None:
    """Before anything is migrated: the tables may be those of any revision, or none.

    Raises:
        RewritesClinic: unless `allow_rewrite`, the file is most likely another clinic's.
        ClinicFileError: the text of consent differs from the one that was loaded with the same version.
    """
    if not allow_rewrite and (reasons := rewrite_reasons(connection, file)):
        raise RewritesClinic(reasons)
    refuse_changed_consents(connection, file)


def has_clinic(connection: Connection) -> bool:
    """Whether a file was ever loaded, also into the tables of an earlier version."""
    return inspect(connection).has_table(Clinic.__tablename__) and bool(
        connection.scalar(select(func.count()).select_from(Clinic))
    )


async def load_clinic_file(
    session: BookingSession,
    file: ClinicFile,
    *,
    now: datetime,
    allow_rewrite: bool,
    allow_undo: bool = False,
    keep_instants: bool = False,
    actor: Actor | None = None,
    undoes: uuid.UUID | None = None,
) -> LoadedClinic:
    """Make the catalogue equal to the file, in the caller's transaction.

    The history names the `actor`, the server unless given, and the act that this one `undoes`. A visit
    that became impossible has one event, however often the file is loaded. Where the rules of a time zone
    have changed, visits keep their wall time, or with `keep_instants` their instant.

    Raises:
        RewritesClinic: unless `allow_rewrite`, the file is most likely another clinic's.
        UndoesChanges: unless `allow_undo`, the catalogue was changed since the file was written from it.
        ClinicFileError: the text of consent differs from the one that was loaded with the same version.
    """
    await lock_setup(session)
    connection = await session.connection()
    if not allow_rewrite and (reasons := await connection.run_sync(rewrite_reasons, file)):
        raise RewritesClinic(reasons)
    before = await stored_rows(session)
    changes = await sync_clinic_file(session, file)
    undoes_others = bool(changes) and _was_changed_since(before, file)
    if undoes_others and not allow_undo:
        raise UndoesChanges(changes)
    act = None
    if before is not None and changes:
        wanted = rows_of_clinic_file(file)
        after, images = content_of(wanted), images_of(before)
        await keep_images(session, {name: images[name] for name in images.keys() - images_of(wanted).keys()})
        by = actor or Actor(ActorKind.SERVER, "clinic file", socket.gethostname())
        act = await record_changes(session, content_of(before), after, actor=by, now=now, undoes=undoes)
    await get_clinic(session, refresh=True)  # Triggers of the database have changed its row.
    visits = await check_visits(session, now=now, keep_instants=keep_instants)
    return replace(visits, changes=changes, undoes=undoes_others, act=act)


async def check_visits(
    session: BookingSession, *, now: datetime, keep_instants: bool = False
) -> LoadedClinic:
    """Compare the booked visits with the catalogue and the zones' rules of now, and change no catalogue."""
    kept_times = await keep_times(session, instants=keep_instants, now=now)
    await record_local_times(session, now=now)
    obstacles = await mark_impossible_visits(session, now=now)
    await note_openings(session, await practitioners_to_sweep(session), due_at=now)
    return LoadedClinic([], kept_times, obstacles)


def _was_changed_since(stored: ClinicRows | None, file: ClinicFile) -> bool:
    """Whether the file knows the revision that it was written from, and the catalogue has another."""
    if stored is None or file.revision is None:
        return False
    return file_content(stored).revision != file.revision
