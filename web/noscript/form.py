"""What a browser sends with a form, read with limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 200
FORM = "application/x-www-form-urlencoded"


@dataclass
class BadForm(Exception):
    """No form of ours; the answer's status."""

    status: int


@dataclass(frozen=True)
class Form:
    pairs: Sequence[tuple[str, str]] = ()

    def get(self, name: str) -> str:
        return next((value for field, value in self.pairs if field == name), "")

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.pairs if field == name]


async def read_form(request: Request) -> Form:
    """Refuses with Unusable what is too long, no form, or sent by a page of somebody else's."""
    if not _is_from_here(request):
        raise BadForm(403)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise BadForm(415)
    # Counted as it comes in: a length that is promised need not be true.
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BadForm(413)
    return parse_form(body.decode("utf-8", "replace"))


def parse_form(query: str) -> Form:
    """A query, or a form as it is posted. Refuses with Unusable what no form of ours has in it."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as reason:
        raise BadForm(400) from reason
    # PostgreSQL keeps no text with a zero in it.
    return Form([(name, value.replace("\0", "")) for name, value in pairs])


def _is_from_here(request: Request) -> bool:
    """Whether a page of ours sent it, going by what a browser tells and no page can change.

    Enough, because there is no cookie and no session: who can't guess a key can only do what anybody
    may do from their own computer. It keeps other sites from holding times with their visitors' hands.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    # Browsers before 2023. Under `no-referrer` they say "null" of our own pages too.
    origin = request.headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
