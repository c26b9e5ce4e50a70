"""Takes one act of changes of the catalogue back, as far as nobody has changed the same since."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from booking.catalogue.changes.record import SectionChange, recorded_change
from booking.catalogue.changes.sections import LISTS, SectionEdit, SectionId, section_in
from booking.catalogue.clinic_file.export.content import Content
from booking.clinic_edits.edit import EditOutcome, edit_clinic
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.storage.queries.audit import catalogue_changes_of
from booking.storage.session import BookingSession


@dataclass
class ChangedAgain(Exception):
    """What would be taken back was changed once more since: sections, and their keys; none: all of it."""

    keys: Mapping[SectionId, Sequence[str]]


async def undo_act(session: BookingSession, act: uuid.UUID, *, actor: Actor, now: datetime) -> EditOutcome:
    """Give all that one act changed its former value, in the caller's transaction.

    Raises:
        NotFound: there is no such act.
        ChangedAgain: the same was changed since.
        ClinicFileError: the clinic would have mistakes.
    """
    changes = [recorded_change(row).change for row in await catalogue_changes_of(session, act)]
    if not changes:
        raise NotFound("There is no such change.")
    return await edit_clinic(
        session,
        partial(_former_sections, changes),
        seen=None,
        actor=actor,
        now=now,
        undoes=act,
    )


def _former_sections(changes: Sequence[SectionChange], content: Content) -> list[SectionEdit]:
    edits: list[SectionEdit] = []
    again: dict[SectionId, Sequence[str]] = {}
    for change in changes:
        try:
            edits.append(SectionEdit(change.section, former(change, section_in(content, change.section))))
        except ChangedAgain as refused:
            again |= refused.keys
    if again:
        raise ChangedAgain(again)
    return edits


def former(change: SectionChange, present: Content | None) -> Content | None:
    """The section with all that the change changed as it was before, and all else as it is.

    Raises:
        ChangedAgain: something of it is not as the change left it.
    """
    if change.section.table in LISTS and not change.section.slug:
        return change.before  # Items that the order doesn't name stay behind.
    if change.before is None or change.after is None:
        if present != change.after:
            raise ChangedAgain({change.section: []})
        return change.before
    if present is None:
        raise ChangedAgain({change.section: []})
    changed = {
        key
        for key in change.before.keys() | change.after.keys()
        if change.before.get(key) != change.after.get(key)
    }
    if again := sorted(key for key in changed if present.get(key) != change.after.get(key)):
        raise ChangedAgain({change.section: again})
    return {key: value for key, value in present.items() if key not in changed} | {
        key: value for key, value in change.before.items() if key in changed
    }
