"""What a change of the catalogue changed, in the reader's words: by whom, of what, from what to what."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.catalogue.changes.record import RecordedChange, SectionChange
from booking.catalogue.changes.sections import ORDER
from booking.domain.actor import ActorKind
from booking.i18n.texts import Texts
from booking.staff.accounts import list_members
from desk.clinic.fields.field import Field
from desk.clinic.labels import label_of
from desk.clinic.screens import fields_of_table, name_of
from desk.http.request import DeskRequest


@dataclass(frozen=True)
class Difference:
    """One key of a section; `before` and `after` are "" where there was nothing, or is nothing."""

    who: str
    at: datetime
    section: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Editors:
    """The names of those who made changes."""

    names: Mapping[str, str]

    @classmethod
    async def read(cls, request: DeskRequest) -> "Editors":
        async with request.site.database.read() as session:
            return cls({str(member.id): member.name for member in await list_members(session)})

    def name(self, recorded: RecordedChange, texts: Texts) -> str:
        if recorded.actor_kind is ActorKind.STAFF:
            return self.names.get(recorded.actor_id, texts("desk.clinic.history.former"))
        return texts("desk.clinic.history.file", account=recorded.actor_id)


def differences(recorded: RecordedChange, texts: Texts, editors: Editors) -> Iterator[Difference]:
    """A line for each key; one for an item that was added or withdrawn."""
    change, who = recorded.change, editors.name(recorded, texts)
    section = section_name(recorded, texts)
    before, after = change.before or {}, change.after or {}
    if ORDER in (before | after) and not change.section.slug:
        return
    if change.before is None or change.after is None:
        yield Difference(who, recorded.changed_at, section, texts(_presence(change)), "", "")
        return
    fields = {field.key: field for field in fields_of_table(change.section.table)}
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield Difference(
                who,
                recorded.changed_at,
                section,
                label_of(change.section.table, key, texts),
                _words(fields.get(key), before.get(key), texts),
                _words(fields.get(key), after.get(key), texts),
            )


def _presence(change: SectionChange) -> str:
    """The key of the words for a section that came or went."""
    if change.section.slug:
        return "desk.clinic.history.added" if change.before is None else "desk.clinic.history.withdrawn"
    return "desk.clinic.history.addedOn" if change.before is None else "desk.clinic.history.withdrawnOn"


def section_name(recorded: RecordedChange, texts: Texts) -> str:
    section = recorded.change.section
    title = texts("desk.clinic.title." + section.table)
    item = recorded.change.after or recorded.change.before or {}
    return texts.label(title, name_of(item, texts.language)) if section.slug else title


def _words(field: Field | None, value: object, texts: Texts) -> str:
    if value is None:
        return ""
    return field.described(value, texts) if field else str(value)


def acts(changes: list[RecordedChange]) -> dict[uuid.UUID, list[RecordedChange]]:
    """The changes by act, in their order."""
    found: dict[uuid.UUID, list[RecordedChange]] = {}
    for change in changes:
        found.setdefault(change.act, []).append(change)
    return found
