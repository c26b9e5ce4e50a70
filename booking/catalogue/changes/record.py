"""The history of the catalogue: who changed which section, when, and from what to what."""

import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.catalogue.changes.sections import LISTS, SectionId, section_in, sections_of, slug_in
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.export.toml_text import toml_key, toml_value
from booking.domain.actor import Actor, ActorKind
from booking.storage.models.audit import CatalogueChange, FormerImage
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class SectionChange:
    """What a section said before and says now; None: it was not there, or is there no more."""

    section: SectionId
    before: Content | None
    after: Content | None


def changes_between(before: Content, after: Content) -> list[SectionChange]:
    """The sections that differ, in the order of the file."""
    old, new = sections_of(before), sections_of(after)
    changed = [
        SectionChange(section, old.get(section), new.get(section))
        for section in {**new, **old}
        if _compared(old.get(section)) != _compared(new.get(section))
    ]
    return [*changed, *_lists_that_differ(before, after)]


def _compared(content: Content | None) -> Content | None:
    """Practitioners name their services in the order of the clinic's list, which says nothing of them."""
    if content is None or "services" not in content:
        return content
    return content | {"services": sorted(content["services"], key=slug_in)}


def _lists_that_differ(before: Content, after: Content) -> Iterator[SectionChange]:
    """The order of a list belongs to what is added or removed, too: taken back, it has its place again."""
    for table in LISTS:
        section = SectionId(table)
        old, new = section_in(before, section), section_in(after, section)
        if old != new:
            yield SectionChange(section, old, new)


async def record_changes(
    session: BookingSession,
    before: Content,
    after: Content,
    *,
    actor: Actor,
    now: datetime,
    undoes: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Write a row for each section that differs, in the caller's transaction; return their act, if any."""
    changes, act = changes_between(before, after), uuid.uuid4()
    session.add_all(
        CatalogueChange(
            act=act,
            changed_at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            source=actor.source,
            section=change.section.table,
            slug=change.section.slug,
            before=_text(change.before),
            after=_text(change.after),
            undoes=undoes,
        )
        for change in changes
    )
    await session.flush()
    return act if changes else None


@dataclass(frozen=True)
class RecordedChange:
    """A change as the history has it. `undoes` is the act that it took back."""

    id: int
    act: uuid.UUID
    change: SectionChange
    changed_at: datetime
    actor_kind: ActorKind
    actor_id: str
    undoes: uuid.UUID | None


async def keep_images(session: BookingSession, images: Mapping[str, bytes]) -> None:
    """Keep images that a change has replaced or removed, so that it can be taken back."""
    for name, content in images.items():
        if await session.get(FormerImage, name) is None:
            session.add(FormerImage(name=name, content=content))
    await session.flush()


def recorded_change(row: CatalogueChange) -> RecordedChange:
    change = SectionChange(SectionId(row.section, row.slug), _content(row.before), _content(row.after))
    return RecordedChange(row.id, row.act, change, row.changed_at, row.actor_kind, row.actor_id, row.undoes)


def _text(content: Content | None) -> str | None:
    """As TOML, which knows dates and times."""
    if content is None:
        return None
    return "".join(f"{toml_key(key)} = {toml_value(value)}\n" for key, value in content.items())


def _content(text: str | None) -> Content | None:
    return None if text is None else tomllib.loads(text)
