"""A form as a browser sends it: read with limits, and refused if a page of another site sent it."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 200
MEDIA_TYPE = "application/x-www-form-urlencoded"


@dataclass
class BadForm(Exception):
    """The request carries no form of these pages; `status` is the response's."""

    status: HTTPStatus


@dataclass(frozen=True)
class Form:
    """Names and values in the order in which they were sent."""

    pairs: Sequence[tuple[str, str]] = ()

    def get(self, name: str) -> str:
        return next((value for field, value in self.pairs if field == name), "")

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.pairs if field == name]


async def read_form(request: Request) -> Form:
    """The body of a POST, or the query of a GET.

    Raises:
        BadForm: it is too long, is no form, or was sent by a page of another site.
    """
    if request.method != "POST":
        return _parse(request.url.query)
    if not _is_same_origin(request):
        raise BadForm(HTTPStatus.FORBIDDEN)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise BadForm(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    # Counted while it arrives: a Content-Length need not be true.
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BadForm(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _parse(body.decode("utf-8", "replace"))


def _parse(query: str) -> Form:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadForm(HTTPStatus.BAD_REQUEST) from error
    # PostgreSQL stores no text with a NUL in it.
    return Form([(name, value.replace("\0", "")) for name, value in pairs])


def _is_same_origin(request: Request) -> bool:
    """Whether a page of this server sent the form, by headers that a browser sets and no page can change.

    It keeps other sites from holding times through their visitors' browsers. That is enough for pages without
    a session: there a forged form does only what anybody may do from their own computer. The desk, which has
    sessions to abuse, checks more strictly before (`desk/http/same_origin.py`).
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    # Browsers before 2023. Under `no-referrer` they send "null" for this server's own pages too.
    origin = request.headers.get("origin", "null")
    try:
        return origin == "null" or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    except ValueError:
        return False
