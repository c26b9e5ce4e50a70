"""The audit trail: who saw or changed a patient's data; and the history of the catalogue."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.actor import ActorKind
from booking.storage.base import Table, enum_column, partial_index


class AuditAction(StrEnum):
    """What was done with the data (FHIR AuditEvent.action, with two kinds of it that laws ask for)."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    EXPORT = "export"
    ERASE = "erase"


class AuditEvent(Table):
    """A view or change of one patient's data (FHIR AuditEvent), chained to the event before it.

    Triggers refuse to update a row, and to delete one that no checkpoint covers. A checkpoint is the event
    of a prune: it has `pruned_through`, and all up to that sequence number may be deleted.

    It holds no data of the patient but the id.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        CheckConstraint("sequence > 0", name="sequence"),
        Index(None, "patient", "sequence"),
        partial_index("ix_audit_events_checkpoints", "pruned_through", where="pruned_through IS NOT NULL"),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    action: Mapped[AuditAction] = enum_column(AuditAction, "action")
    actor_kind: Mapped[ActorKind] = enum_column(ActorKind, "actor_kind")
    actor_id: Mapped[str]
    source: Mapped[str]
    patient: Mapped[uuid.UUID | None]  # None: it is about no single patient
    detail: Mapped[str]
    pruned_through: Mapped[int | None] = mapped_column(BigInteger)
    previous_hmac: Mapped[bytes]  # of the event before; empty for the first
    hmac: Mapped[bytes]  # over all other columns


class AuditHead(Table):
    """The newest event. Writers lock its one row, so that they take turns."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    sequence: Mapped[int] = mapped_column(BigInteger)  # 0: there was no event yet
    event_hmac: Mapped[bytes]
    hmac: Mapped[bytes]  # over the other columns


class CatalogueChange(Table):
    """A change of one section of the catalogue: who made it, when, and from what to what.

    Those that were made together are one `act`; `undoes` is the act that this one took back. A row never
    changes. `section` is a table of the clinic's file, `slug` names an item of a list, or is ""
    for the table itself, or for the order of a list. `before` and `after` are TOML.
    """

    __tablename__ = "catalogue_changes"
    __table_args__ = (
        CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="says_something"),
        CheckConstraint("before IS NULL OR after IS NULL OR before <> after", name="is_a_change"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[uuid.UUID] = mapped_column(index=True)
    changed_at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = enum_column(ActorKind, "actor_kind")
    actor_id: Mapped[str]
    source: Mapped[str]
    section: Mapped[str] = mapped_column(String(32))
    slug: Mapped[str] = mapped_column(String(64))
    before: Mapped[str | None]  # None: it was added
    after: Mapped[str | None]  # None: it was removed
    undoes: Mapped[uuid.UUID | None]


class FormerImage(Table):
    """An image that was replaced or removed, by the name that the history has for it: its hash is in it."""

    __tablename__ = "former_images"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[bytes]
