"""The audit trail: rows that are appended, read in order, or pruned; and the history of the catalogue."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text, update

from booking.domain.actor import Actor
from booking.storage.base import core_table, insert_into
from booking.storage.models.audit import AuditAction, AuditEvent, AuditHead, CatalogueChange, FormerImage
from booking.storage.session import BookingSession

EVENTS, HEAD = core_table(AuditEvent), core_table(AuditHead)
LOCKED_HEAD = select(HEAD.c.sequence, HEAD.c.event_hmac).with_for_update()
MOVE_HEAD = update(HEAD).values(
    sequence=bindparam("new_sequence"), event_hmac=bindparam("new_event_hmac"), hmac=bindparam("new_hmac")
)
BEHIND = (
    select(EVENTS)
    .where(EVENTS.c.sequence > bindparam("after"))
    .order_by(EVENTS.c.sequence)
    .limit(bindparam("most"))
)


async def begin_snapshot(session: BookingSession) -> None:
    """All that this session reads from now on is of one moment, however many are writing."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("BEGIN"))
    else:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def audit_head(session: BookingSession) -> dict[str, Any]:
    return dict((await session.execute(select(HEAD))).mappings().one())


async def lock_audit_head(session: BookingSession) -> tuple[int, bytes]:
    """The number and the HMAC of the newest event. Until the transaction ends, no other one appends."""
    sequence, event_hmac = (await session.execute(LOCKED_HEAD)).one()
    return sequence, event_hmac


async def append_events(session: BookingSession, rows: Sequence[dict[str, Any]], *, head_hmac: bytes) -> None:
    """Insert the rows, the last of which becomes the head."""
    await session.execute(insert_into(AuditEvent), rows)
    head = {"new_sequence": rows[-1]["sequence"], "new_event_hmac": rows[-1]["hmac"], "new_hmac": head_hmac}
    await session.execute(MOVE_HEAD, head)


async def events_behind(session: BookingSession, sequence: int, *, limit: int) -> list[dict[str, Any]]:
    """The first rows after this number, in order."""
    rows = await session.execute(BEHIND, {"after": sequence, "most": limit})
    return [dict(row) for row in rows.mappings()]


async def checkpoints(session: BookingSession) -> list[dict[str, Any]]:
    """The events of prunes, the newest first."""
    query = select(EVENTS).where(EVENTS.c.pruned_through.is_not(None))
    rows = await session.execute(query.order_by(EVENTS.c.pruned_through.desc()))
    return [dict(row) for row in rows.mappings()]


async def last_event_before(session: BookingSession, until: datetime, *, limit: int) -> int | None:
    """The last of the oldest `limit` rows that were all recorded before `until`; None if there is none."""
    query = select(EVENTS.c.sequence, EVENTS.c.recorded_at).order_by(EVENTS.c.sequence).limit(limit)
    rows = (await session.execute(query)).all()
    return max((row.sequence for row in takewhile(lambda row: row.recorded_at < until, rows)), default=None)


async def count_events_before(session: BookingSession, until: datetime) -> int:
    """How many of the oldest rows were all recorded before `until`."""
    youngest = select(func.min(EVENTS.c.sequence)).where(EVENTS.c.recorded_at >= until)
    first_kept = await session.scalar(youngest)
    query = select(func.count()).select_from(EVENTS)
    if first_kept is not None:
        query = query.where(EVENTS.c.sequence < first_kept)
    return await session.scalar(query) or 0


async def delete_events_through(session: BookingSession, sequence: int) -> int:
    """Delete pruned rows, and return their number. A trigger refuses rows that no checkpoint covers."""
    deleted = delete(EVENTS).where(EVENTS.c.sequence <= sequence).returning(EVENTS.c.sequence)
    return len((await session.execute(deleted)).all())


async def events_of_patients(
    session: BookingSession, patients: Collection[uuid.UUID]
) -> Sequence[AuditEvent]:
    """In order of time."""
    query = select(AuditEvent).where(AuditEvent.patient.in_(patients))
    return (await session.scalars(query.order_by(AuditEvent.sequence))).all()


async def events_about(session: BookingSession, subject: str) -> Sequence[AuditEvent]:
    """Those of no patient whose detail begins with the subject, in order of time."""
    # An index has those of no patient together.
    query = select(AuditEvent).where(
        AuditEvent.patient.is_(None), AuditEvent.detail.startswith(subject, autoescape=True)
    )
    return (await session.scalars(query.order_by(AuditEvent.sequence))).all()


async def last_event_about(session: BookingSession, subject: str) -> AuditEvent | None:
    """The newest of those that `events_about` has."""
    query = select(AuditEvent).where(
        AuditEvent.patient.is_(None), AuditEvent.detail.startswith(subject, autoescape=True)
    )
    return (await session.scalars(query.order_by(AuditEvent.sequence.desc()).limit(1))).one_or_none()


async def patients_read_since(
    session: BookingSession, actor: Actor, patients: Collection[uuid.UUID], *, detail: str, since: datetime
) -> set[uuid.UUID]:
    """Those of whom this actor, at whatever address, has a READ of this detail after `since`."""
    if not patients:
        return set()
    query = select(EVENTS.c.patient).where(
        EVENTS.c.patient.in_(patients),
        EVENTS.c.recorded_at > since,
        EVENTS.c.action == AuditAction.READ,
        EVENTS.c.actor_kind == actor.kind,
        EVENTS.c.actor_id == actor.id,
        EVENTS.c.detail == detail,
    )
    return set(await session.scalars(query))


async def last_catalogue_change(session: BookingSession) -> int:
    """The id of the newest change of the catalogue, 0 before the first."""
    return await session.scalar(select(func.max(CatalogueChange.id))) or 0


async def catalogue_changes_since(session: BookingSession, change: int) -> Sequence[CatalogueChange]:
    """Those after the change of this id, the oldest first."""
    query = select(CatalogueChange).where(CatalogueChange.id > change).order_by(CatalogueChange.id)
    return (await session.scalars(query)).all()


async def catalogue_changes_before(
    session: BookingSession, change: int | None, *, limit: int
) -> Sequence[CatalogueChange]:
    """The newest ones before the change of this id, or of all, the newest first."""
    query = select(CatalogueChange).order_by(CatalogueChange.id.desc()).limit(limit)
    if change is not None:
        query = query.where(CatalogueChange.id < change)
    return (await session.scalars(query)).all()


async def catalogue_changes_of(session: BookingSession, act: uuid.UUID) -> Sequence[CatalogueChange]:
    """Those of one act, in their order."""
    query = select(CatalogueChange).where(CatalogueChange.act == act).order_by(CatalogueChange.id)
    return (await session.scalars(query)).all()


async def former_images(session: BookingSession, names: Collection[str]) -> dict[str, bytes]:
    """Those of these images that the history has kept, by their names."""
    query = select(FormerImage).where(FormerImage.name.in_(names))
    return {row.name: row.content for row in await session.scalars(query)}


async def undone_acts(session: BookingSession, acts: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those among these acts that another one took back."""
    query = select(CatalogueChange.undoes).where(CatalogueChange.undoes.in_(acts))
    return {act for act in await session.scalars(query) if act is not None}
