"""Changes sections of the catalogue as a member of the staff asks for: checked, asked about, recorded."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.load import load_clinic_file
from booking.catalogue.changes.record import RecordedChange, recorded_change
from booking.catalogue.changes.sections import (
    SectionEdit,
    content_of,
    image_names,
    images_of,
    with_edits,
)
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.parser import parse_content
from booking.domain.actor import Actor
from booking.scheduling.obstacles import find_obstacles
from booking.storage.queries.audit import catalogue_changes_since, former_images
from booking.storage.queries.locks import lock_setup
from booking.storage.session import BookingSession


@dataclass
class ChangedMeanwhile(Exception):
    """Others have changed what the editor's page shows since it was made: the oldest change first."""

    changes: Sequence[RecordedChange]


@dataclass(frozen=True)
class Seen:
    """What an editor's page shows: the catalogue as the change of this id left it, where it `concerns` it.

    `change` is 0 before the first change.
    """

    change: int
    concerns: Callable[[RecordedChange], bool]


@dataclass(frozen=True)
class EditOutcome:
    """`visits` are those that the change rules out: ids, in order of time. `act` is None if nothing
    changed."""

    act: uuid.UUID | None
    visits: Sequence[uuid.UUID]


async def edit_clinic(
    session: BookingSession,
    make_edits: Callable[[Content], Sequence[SectionEdit]],
    *,
    seen: Seen | None,
    actor: Actor,
    now: datetime,
    undoes: uuid.UUID | None = None,
    files: Mapping[str, bytes] | None = None,
) -> EditOutcome:
    """Make edits of what the catalogue says now, in the caller's transaction: rolled back if this raises.

    New images are among the `files`, by the names that the edits have for them. Where the outcome has
    visits, the caller asks about them first, and rolls back meanwhile.

    Raises:
        ChangedMeanwhile: the editor has not `seen` what would be overwritten.
        ClinicFileError: the clinic would have mistakes.
    """
    await lock_setup(session)
    if seen is not None:
        since = [recorded_change(row) for row in await catalogue_changes_since(session, seen.change)]
        if unseen := [change for change in since if seen.concerns(change)]:
            raise ChangedMeanwhile(unseen)
    rows = await present_rows(session)
    content = content_of(rows)
    edited, images = with_edits(content, make_edits(content)), images_of(rows) | dict(files or {})
    if gone := image_names(edited) - images.keys():
        images |= await former_images(session, gone)
    file = parse_content(edited, images)
    before = {obstacle.appointment.id for obstacle in await find_obstacles(session, now=now)}
    loaded = await load_clinic_file(
        session, file, now=now, allow_rewrite=True, allow_undo=True, actor=actor, undoes=undoes
    )
    visits = [each.appointment.id for each in loaded.obstacles if each.appointment.id not in before]
    return EditOutcome(loaded.act, visits)
