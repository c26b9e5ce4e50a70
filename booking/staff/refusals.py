"""What the sign-in of the staff and the keeping of their accounts refuse, in words for the staff."""

from dataclasses import dataclass, field
from datetime import timedelta

from booking.domain.errors import BookingError


@dataclass
class SignInRefused(BookingError):
    """Nobody is signed in. It says the same whatever was wrong, so that nothing can be found out by it."""

    message: str = "This doesn't let anybody in. Please try again, or ask an owner for a new link."


@dataclass
class TooManyAttempts(BookingError):
    """Ten wrong passwords or codes within a quarter of an hour; the next may be tried after `retry_after`."""

    message: str = "Too many attempts. Please wait a while, or sign in with a passkey or a new link."
    retry_after: timedelta = field(kw_only=True)


@dataclass
class LastWayToSignIn(BookingError):
    """Without it the member could not sign in any more."""

    message: str = "This is your only way to sign in. Please set up another one first."


@dataclass
class LastOwner(BookingError):
    """Without this account nobody could manage the accounts."""

    message: str = "This is the last owner. Please make somebody else an owner first."
