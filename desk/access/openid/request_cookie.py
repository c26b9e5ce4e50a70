"""The cookie of a browser that was sent to the OpenID provider, until it comes back."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from booking.staff.openid.sign_in import REQUEST_LIFETIME

NAME = "__Host-book-online-openid"
MAX_NEXT = 1000
"""Characters of the page to show afterwards; of a longer address nothing is kept."""


@dataclass(frozen=True)
class SentBrowser:
    """`token` binds the provider's answer to this browser. The page to show then stays in the browser, too:
    its address may hold what somebody searched for."""

    token: str = field(repr=False)
    next: str
    language: str


def sent_browser(request: Request) -> SentBrowser:
    """What the cookie says; without one the token is empty, and goes with no answer."""
    try:
        pairs = dict(parse_qsl(request.cookies.get(NAME, ""), max_num_fields=3))
    except ValueError:
        pairs = {}
    return SentBrowser(pairs.get("token", ""), pairs.get("next", ""), pairs.get("lang", ""))


def remember_browser(response: Response, sent: SentBrowser) -> None:
    """The answer comes by a link of the provider's site (`lax`)."""
    following = sent.next if len(sent.next) <= MAX_NEXT else ""
    value = urlencode({"token": sent.token, "next": following, "lang": sent.language})
    lifetime = int(REQUEST_LIFETIME.total_seconds())
    response.set_cookie(NAME, value, max_age=lifetime, path="/", secure=True, httponly=True, samesite="lax")


def forget_browser(response: Response) -> None:
    response.delete_cookie(NAME, path="/", secure=True, httponly=True, samesite="lax")
