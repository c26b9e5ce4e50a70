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
class SignInOutdated(BookingError):
    """No request of this browser waits for the OpenID provider's answer: used, expired, or another's."""

    message: str = "This sign-in took too long, was used already, or began elsewhere. Please begin again."


@dataclass
class SignInCancelled(BookingError):
    """The person has turned back at the OpenID provider."""

    message: str = "Nobody has signed in there. Please try again, or take another way."


@dataclass
class ProviderUnavailable(BookingError):
    """The OpenID provider doesn't answer, or not as one does. `detail` is for the operator."""

    message: str = "The other site doesn't answer as it should just now. Please take another way to sign in."
    detail: str = field(kw_only=True)


@dataclass
class IdentityNotConnected(BookingError):
    """Nobody's account goes with the identity. Whether the account is disabled isn't told."""

    message: str = (
        "No account of the front desk goes with this sign-in. Please sign in another way and connect it in "
        "your account, or ask an owner."
    )


@dataclass
class IdentityTaken(BookingError):
    """The identity is connected with another account, or the account with another identity."""

    message: str = "This sign-in belongs to another account, or yours has another one already."


@dataclass
class LastWayToSignIn(BookingError):
    """Without it the member could not sign in any more."""

    message: str = "This is your only way to sign in. Please set up another one first."


@dataclass
class LastOwner(BookingError):
    """Without this account nobody could manage the accounts."""

    message: str = "This is the last owner. Please make somebody else an owner first."
