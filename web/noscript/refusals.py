"""A refusal, in the words of the page, and which time it is about."""

from dataclasses import dataclass
from datetime import datetime

from booking.domain.errors import (
    BeyondHorizon,
    BookingError,
    Declined,
    HoldExpired,
    NoticeTooShort,
    NotOpen,
    NotQualified,
    SlotTaken,
    TooManyHolds,
)
from booking.domain.open_slot import RequestedTime
from web.noscript.texts import Texts

REASONS = {
    SlotTaken: "problem.taken",
    NotOpen: "problem.notOpen",
    NoticeTooShort: "problem.tooSoon",
    BeyondHorizon: "problem.tooFar",
    NotQualified: "problem.notQualified",
    HoldExpired: "problem.expired",
    TooManyHolds: "problem.tooMany",
}
TIME_REFUSALS = (*REASONS, Declined)


@dataclass(frozen=True)
class RefusalText:
    """Why a time can't be had, in words; and which time, unless it isn't about that one."""

    why: str
    at: datetime | None


def refusal_text(refusal: BookingError, at: datetime, say: Texts) -> RefusalText:
    if isinstance(refusal, Declined):
        return RefusalText(refusal.in_language(say.language), at)
    why = say(REASONS.get(type(refusal), "problem.other"))
    return RefusalText(why, None if isinstance(refusal, TooManyHolds) else at)


def visit_index(refusal: BookingError) -> int:
    """Which of several times is meant; they are sent in the order of the visits."""
    last = refusal.path[-1] if refusal.path else ""
    return int(last) if last.isdecimal() else 0


def requested_time(refusal: BookingError) -> RequestedTime | None:
    """What `nearest` looks around for."""
    return refusal.wanted if isinstance(refusal, SlotTaken | NotOpen | HoldExpired) else None


def flatten_refusals(error: BookingError | ExceptionGroup[BookingError]) -> list[BookingError]:
    """One, or all of a group."""
    if isinstance(error, BookingError):
        return [error]
    return [refusal for inner in error.exceptions for refusal in flatten_refusals(inner)]
