"""A refusal, in the words of the page, and which time it is about."""

from dataclasses import dataclass
from datetime import datetime

from booking.errors import (
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
from booking.open_slot import WantedTime
from widget.plain.say import Say

WHY = {
    SlotTaken: "problem.taken",
    NotOpen: "problem.notOpen",
    NoticeTooShort: "problem.tooSoon",
    BeyondHorizon: "problem.tooFar",
    NotQualified: "problem.notQualified",
    HoldExpired: "problem.expired",
    TooManyHolds: "problem.tooMany",
}
ABOUT_A_TIME = (*WHY, Declined)


@dataclass(frozen=True)
class Refused:
    """Why a time can't be had, in words; and which time, unless it isn't about that one."""

    why: str
    at: datetime | None


def refused(refusal: BookingError, at: datetime, say: Say) -> Refused:
    if isinstance(refusal, Declined):
        return Refused(refusal.in_language(say.language), at)
    why = say(WHY.get(type(refusal), "problem.other"))
    return Refused(why, None if isinstance(refusal, TooManyHolds) else at)


def place_of(refusal: BookingError) -> int:
    """Which of several times is meant; they are sent in the order of the visits."""
    last = refusal.path[-1] if refusal.path else ""
    return int(last) if last.isdecimal() else 0


def wanted_of(refusal: BookingError) -> WantedTime | None:
    """What `nearest` looks around for."""
    return refusal.wanted if isinstance(refusal, SlotTaken | NotOpen | HoldExpired) else None


def refusals_in(error: BookingError | ExceptionGroup[BookingError]) -> list[BookingError]:
    """One, or all of a group."""
    if isinstance(error, BookingError):
        return [error]
    return [refusal for inner in error.exceptions for refusal in refusals_in(inner)]
