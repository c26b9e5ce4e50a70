"""A refusal, in the words of the page, and which time it is about."""

from dataclasses import dataclass
from datetime import datetime

from booking.errors import (
    BeyondHorizon,
    BookingError,
    HoldExpired,
    NoticeTooShort,
    NotOpen,
    NotQualified,
    SlotTaken,
    TooManyHolds,
)
from booking.open_slot import WantedTime

WHY = {
    SlotTaken: "problem.taken",
    NotOpen: "problem.notOpen",
    NoticeTooShort: "problem.tooSoon",
    BeyondHorizon: "problem.tooFar",
    NotQualified: "problem.notQualified",
    HoldExpired: "problem.expired",
    TooManyHolds: "problem.tooMany",
}
ABOUT_A_TIME = tuple(WHY)


@dataclass(frozen=True)
class Refused:
    """A time that can't be had, at its place; and the key of the text that says why."""

    why: str
    at: datetime | None


def why(refusal: BookingError) -> str:
    return WHY.get(type(refusal), "problem.other")


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
