"""The waiting list: who waits for which times, what was offered, and where time has opened."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table, enum_column, partial_index
from booking.storage.models.api_keys import ApiKey
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.holds import Hold


class WaitingListStatus(StrEnum):
    """FHIR's AppointmentStatus, as far as it knows them, and `ended`: its last day is over.

    https://hl7.org/fhir/R4/valueset-appointmentstatus.html
    """

    WAITLIST = "waitlist"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    ENDED = "ended"


class OfferOutcome(StrEnum):
    """What became of an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """The entry ended, or the clinic could not keep the time."""


WAITS = "status = 'waitlist'"
IS_OPEN = "outcome IS NULL"


def _unique_where(name: str, column: str, condition: str) -> Index:
    where = text(condition)
    return Index(name, column, unique=True, sqlite_where=where, postgresql_where=where)


class WaitingListEntry(Table):
    """A patient waits for a time that opens (FHIR Appointment with the status `waitlist`).

    Days and times are those on the clock of the visit's location; empty lists allow any. `available_times`
    are triples: the weekday from 0, Monday, and minutes since midnight, from and until.
    """

    __tablename__ = "waiting_list_entries"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="in_order"),
        CheckConstraint("(status = 'waitlist') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(status = 'booked') = (appointment IS NOT NULL)", name="booked"),
        partial_index("ix_waiting_list_entries_waiting", "service", where=WAITS),
        _unique_where("uq_waiting_list_entries_replaces", "replaces", f"{WAITS} AND replaces IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    status: Mapped[WaitingListStatus] = enum_column(WaitingListStatus, "status")
    patient: Mapped[uuid.UUID] = mapped_column(ForeignKey(Patient.id), index=True)
    service: Mapped[str] = mapped_column(ForeignKey("services.slug"))
    practitioners: Mapped[list[str]]
    location: Mapped[str | None] = mapped_column(ForeignKey("locations.slug"))  # None: any
    available_times: Mapped[list[list[int]]] = mapped_column(JSON)
    first_day: Mapped[date]
    last_day: Mapped[date]
    replaces: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Appointment.id), index=True)
    tell_practitioner: Mapped[Ciphertext | None]  # as of an appointment: slugs of questions, no answers
    screening_repeated: Mapped[bool] = mapped_column(server_default=false())
    booked_by: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id))  # the partner's key, if one did
    created_at: Mapped[datetime]
    waiting_since: Mapped[datetime]  # earlier, where an entry for the same visit was replaced
    ended_at: Mapped[datetime | None]
    appointment: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Appointment.id), index=True)
    event: Mapped[uuid.UUID] = mapped_column(index=True)  # of the mail that confirms it

    @property
    def waits(self) -> bool:
        return self.status is WaitingListStatus.WAITLIST


class WaitingListOffer(Table):
    """A time that was held for an entry, and offered by a mail. Each entry is offered a time only once.

    It opens its entry by the secret in the mail, of which `token_hash` is the hash.
    """

    __tablename__ = "waiting_list_offers"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("offered_at < expires_at", name="lasts"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
        UniqueConstraint("entry", "practitioner", "starts_at"),
        _unique_where("uq_waiting_list_offers_open", "entry", IS_OPEN),
        partial_index("ix_waiting_list_offers_expiring", "expires_at", where=IS_OPEN),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    entry: Mapped[uuid.UUID] = mapped_column(ForeignKey(WaitingListEntry.id, ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    hold: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Hold.id, ondelete="SET NULL"), unique=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"))
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    offered_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    outcome: Mapped[OfferOutcome | None] = enum_column(OfferOutcome, "outcome")
    ended_at: Mapped[datetime | None]
    event: Mapped[uuid.UUID] = mapped_column(index=True)  # of its mail


class WaitingListOpening(Table):
    """Time of a practitioner may have opened: from `due_at` on, those who wait for it are to be asked."""

    __tablename__ = "waiting_list_openings"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"))
    due_at: Mapped[datetime] = mapped_column(index=True)
