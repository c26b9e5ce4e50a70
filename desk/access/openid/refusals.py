"""Refusals of a sign-in at the OpenID provider, named in the address of the page that tells them.

A redirect, so that the provider's code leaves the address, and another language asks nothing again.
"""

from urllib.parse import urlencode

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.i18n.texts import Texts
from booking.staff.refusals import (
    IdentityNotConnected,
    IdentityTaken,
    ProviderUnavailable,
    SignInCancelled,
    SignInOutdated,
    SignInRefused,
    TooManyAttempts,
)
from desk.http.problem_text import PROBLEM
from desk.http.request import PublicRequest

REFUSALS = (
    IdentityNotConnected,
    IdentityTaken,
    ProviderUnavailable,
    SignInCancelled,
    SignInOutdated,
    SignInRefused,
    TooManyAttempts,
)
NAMES = {refusal.__name__ for refusal in REFUSALS}


def to_refusal(request: PublicRequest, page: str, refusal: BookingError, **query: str) -> Response:
    """To the page that tells why."""
    return request.redirect(f"{page}?{urlencode({**query, 'refused': type(refusal).__name__})}")


def refusal_named(name: str, texts: Texts) -> str | None:
    """The text of a refusal that `to_refusal` named; None for any other name."""
    return texts(PROBLEM + name) if name in NAMES else None
