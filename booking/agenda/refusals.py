"""What the numbers of the front desk refuse, in words for the staff."""

from dataclasses import dataclass

from booking.domain.errors import BookingError


@dataclass
class SpanInReverse(BookingError):
    """The last day is before the first."""

    message: str = "The last day is before the first. Please choose a later one."
    path: tuple[str, ...] = ("last",)


@dataclass
class SpanTooLong(BookingError):
    """More days than are counted at once."""

    message: str = "Please choose 366 days at most."
    path: tuple[str, ...] = ("last",)
