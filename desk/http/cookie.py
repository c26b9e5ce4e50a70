"""The cookie of a session at the desk. No other part of the server reads it."""

from starlette.requests import Request
from starlette.responses import Response

# The prefix makes browsers refuse it without `Secure`, for another path, or from a subdomain.
NAME = "__Host-book-online-desk"


def session_token(request: Request) -> str | None:
    return request.cookies.get(NAME)


def set_session(response: Response, token: str) -> None:
    """It ends with the browser; the server ends it earlier. A link in a mail may open the desk (`lax`)."""
    response.set_cookie(NAME, token, path="/", secure=True, httponly=True, samesite="lax")


def clear_session(response: Response) -> None:
    response.delete_cookie(NAME, path="/", secure=True, httponly=True, samesite="lax")
