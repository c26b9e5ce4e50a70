"""Every expected refusal, in the clinic's words.

A refusal is raised where it is known and shown at the border as data of its own type.
`path` names the input that is refused, outermost first; empty when it is not about one input.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from booking.domain.open_slot import RequestedTime


@dataclass
class BookingError(Exception):
    """The base of all refusals; `message` says what to do next, `texts` do in others: `{"fr": "..."}`."""

    message: str
    path: tuple[str, ...] = field(default=(), kw_only=True)
    texts: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def __str__(self) -> str:
        return self.message

    def in_language(self, language: str) -> str:
        return self.texts.get(language, self.message)

    def with_changes(self, **changes: Any) -> Self:
        """A copy; a feature's class may have an `__init__` of its own, so that is not called."""
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__ | changes)
        return copy


class InvalidInputCode(StrEnum):
    """What is wrong with a value, for programs; `message` says it to people."""

    REQUIRED = "required"
    """It is missing or empty."""
    TOO_LONG = "too long"
    """It has more characters or items than are taken."""
    WRONG_FORMAT = "wrong format"
    """It is not written as such a value is: an id, a cursor, an address, a phone number."""
    OUT_OF_RANGE = "out of range"
    """It is too small, too large, or in the wrong order."""
    UNKNOWN = "unknown"
    """It is written well, but names nothing that there is."""
    CONFLICT = "conflict"
    """It doesn't go with another value, or with the state of what it names."""


@dataclass
class InvalidInput(BookingError):
    """A value that can't be used as it is."""

    code: InvalidInputCode = field(kw_only=True)


@dataclass
class RepeatedTime(InvalidInput):
    """The clock shows this time twice, since it is set back that night; `choices` are both, with offsets."""

    code: InvalidInputCode = field(default=InvalidInputCode.CONFLICT, kw_only=True)
    choices: tuple[datetime, datetime] = field(kw_only=True)


@dataclass
class SkippedTime(InvalidInput):
    """The clock never shows this time, since it is set forward; `next_shown` is the first that it shows."""

    code: InvalidInputCode = field(default=InvalidInputCode.OUT_OF_RANGE, kw_only=True)
    next_shown: datetime = field(kw_only=True)


@dataclass
class NotFound(BookingError):
    """Nothing has this id or secret, or it is not this caller's."""


@dataclass
class SlotTaken(BookingError):
    """Another visitor holds or booked the time. `nearest_slots` finds alternatives to what was `wanted`."""

    message: str = "This time has just been taken. Please choose another one."
    path: tuple[str, ...] = field(default=("startsAt",), kw_only=True)
    wanted: RequestedTime | None = field(default=None, kw_only=True)


@dataclass
class NotOpen(BookingError):
    """No practitioner works then: closed, away, or off the clinic's grid of start times. See SlotTaken."""

    wanted: RequestedTime | None = field(default=None, kw_only=True)


@dataclass
class NoticeTooShort(BookingError):
    """In the past, or sooner than the clinic can prepare; `earliest` is the first instant that is not."""

    earliest: datetime = field(kw_only=True)


@dataclass
class BeyondHorizon(BookingError):
    """Further ahead than the clinic plans; `latest` is the last day that can be booked."""

    latest: date = field(kw_only=True)


@dataclass
class NotQualified(BookingError):
    """The practitioner doesn't offer the service, or holds no certificate valid on the day.

    `practitioners` are the slugs of those who may deliver it.
    """

    practitioners: Sequence[str] = field(default=(), kw_only=True)


@dataclass
class TooManyHolds(BookingError):
    """This client holds as much as one may; the first of it is free again after `retry_after`."""

    message: str = "You are holding many times already. Please book or release some of them first."
    retry_after: timedelta = field(kw_only=True)


@dataclass
class TooManyBookings(BookingError):
    """This client booked as often as one may; the next may be after `retry_after`."""

    message: str = "You have booked many times already. Please wait a while, or call us."
    retry_after: timedelta = field(kw_only=True)


@dataclass
class TooManyGuesses(BookingError):
    """Not raised any more: no secret is short enough to be guessed. Clients of the API know its type."""

    message: str = "Too many links or holds that are not there. Please wait a while, or call us."
    retry_after: timedelta = field(kw_only=True)


@dataclass
class ProofNeeded(BookingError):
    """Many requests come in just now: to hold a time, a client first solves a proof of work."""

    message: str = "Please solve the challenge, and ask again with its `proof`."
    path: tuple[str, ...] = field(default=("proof",), kw_only=True)


@dataclass
class AlreadyExtended(BookingError):
    """A hold is extended only once."""

    message: str = "This time was kept longer already. Please book it now."
    path: tuple[str, ...] = field(default=("holdToken",), kw_only=True)


@dataclass
class IdempotencyKeyReused(BookingError):
    """The idempotency key stands for another request."""

    message: str = "This idempotency key was used for something else. Please use a new one."
    path: tuple[str, ...] = field(default=("idempotencyKey",), kw_only=True)


@dataclass
class HoldExpired(BookingError):
    """The hold ran out before the booking; `still_open` says whether it can be held again."""

    message: str = "We could keep the time no longer. Please hold it again, or choose another one."
    path: tuple[str, ...] = field(default=("holdToken",), kw_only=True)
    still_open: bool = field(kw_only=True)
    wanted: RequestedTime | None = field(default=None, kw_only=True)


@dataclass
class ScreeningIncomplete(BookingError):
    """Questions without an answer, or answers to questions that were not asked (slugs)."""

    missing: Sequence[str] = field(default=(), kw_only=True)
    surplus: Sequence[str] = field(default=(), kw_only=True)


@dataclass
class CallTheClinic(BookingError):
    """This can't be booked online for a reason of health; `suitable` are slugs of services that still can."""

    suitable: Sequence[str] = field(default=(), kw_only=True)


@dataclass
class ConsentRequired(BookingError):
    """The clinic asks for consent to a text: none was given, or it was given to a former text."""

    message: str = "Please show the clinic's text to the patient, and send its id once they agree to it."
    path: tuple[str, ...] = field(default=("consentTextId",), kw_only=True)
    is_outdated: bool = field(default=False, kw_only=True)


@dataclass
class TooLateToChange(BookingError):
    """The visit is too near, past or cancelled; `deadline` was the last instant to change it online."""

    deadline: datetime = field(kw_only=True)


@dataclass
class ChangedMeanwhile(BookingError):
    """Somebody has changed the visit since it was read; `version` is the one that it has now."""

    message: str = "Somebody has changed this visit meanwhile. Please look at it again."
    path: tuple[str, ...] = field(default=("version",), kw_only=True)
    version: int = field(kw_only=True)


@dataclass
class AppointmentsInside(BookingError):
    """Visits are booked in the time, by id and in order; nothing is changed unless staff say to go on."""

    message: str = "Visits are booked in this time. Please look at them, and say whether to go on."
    appointments: Sequence[uuid.UUID] = field(kw_only=True)


@dataclass
class NoWaitingList(BookingError):
    """The clinic has no waiting list, or its server sends no mails, which offers need."""

    message: str = "We have no waiting list online. Please call us."


@dataclass
class NoMails(BookingError):
    """No server of the clinic sends mails, so that nothing can be sent to an address."""

    message: str = "We send no mails. Please call us."


@dataclass
class TooManyCorrections(BookingError):
    """The e-mail address of a booking was corrected as often as it may."""

    message: str = "This address was corrected several times already. Please call us."


@dataclass
class OfferEnded(BookingError):
    """A time that was offered from the waiting list is not held any more. See SlotTaken for `wanted`."""

    message: str = "We could hold this time no longer. You still wait, or choose another time."
    path: tuple[str, ...] = field(default=("offerId",), kw_only=True)
    wanted: RequestedTime | None = field(default=None, kw_only=True)


@dataclass
class TryAgain(BookingError):
    """The database can't answer just now. Nothing is lost by asking the same again after a while."""

    message: str = "We can't answer right now. Please try again in a moment, or call us."
    retry_after: timedelta = field(default=timedelta(seconds=5), kw_only=True)


@dataclass
class OutOfOrder(TryAgain):
    """The database is damaged or lets nobody in: it answers again only when its operator has repaired it."""

    message: str = "Online booking is out of order. Please call us."
    retry_after: timedelta = field(default=timedelta(minutes=1), kw_only=True)


@dataclass
class ClinicMoving(TryAgain):
    """The clinic is being copied into another database, and takes no change meanwhile."""

    message: str = "We are moving our booking system. Please try again in a few minutes, or call us."
    retry_after: timedelta = field(default=timedelta(minutes=1), kw_only=True)


@dataclass
class ClinicMoved(OutOfOrder):
    """The clinic is in another database now: this server's is only what was left behind."""


@dataclass
class Declined(BookingError):
    """A feature's rule declines; `message` is the reason."""


@dataclass
class CheckFailed(TryAgain):
    """A rule or a busy source of `feature` can't answer just now."""

    message: str = "We can't check this right now. Please try again in a moment, or call us."
    feature: str = field(kw_only=True)
    retry_after: timedelta = field(default=timedelta(seconds=30), kw_only=True)
