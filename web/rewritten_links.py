"""The page that a link meant before mail programs, gateways and messengers rewrote it.

They percent-encode a link (some of them twice), print it as quoted-printable text or HTML, wrap it, write it
in capitals, put it in brackets, and take the punctuation behind it for a part of it.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request

from booking.domain.tokens import MAX_LINK_LENGTH, manage_token_in, plain_address
from booking.i18n.locales import locales
from rendering.language import language_of

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
PATH = re.compile(
    rf"(?:[/<]*https?:/+[^/]*)?"
    rf"(?:/+(?P<language>[a-z]{{2}})(?:[-_][a-z]{{2,4}})?)?"
    rf"(?:/+(?:(?P<page>manage|book)(?:/+(?P<service>{SLUG})(?:/+(?P<times>times))?)?|feeds/+(?P<feed>[^/]+)))?",
    re.IGNORECASE,
)
"""A page of ours behind another server's address, a language and too many slashes."""
PUNCTUATION = re.compile(r"[^\w]+$")
"""The characters that a mail program takes for a part of a link at the end of a sentence."""
PARAMETERS = {
    "lang": re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)*", re.IGNORECASE),
    **dict.fromkeys(("service", "practitioner", "location", "with"), re.compile(SLUG)),
    "from": re.compile(r"\d{4}-\d\d-\d\d"),
    "at": re.compile(rf"\d[\dTZtz:+ .-]*[\dZz](?:@{SLUG}){{0,2}}"),
}
"""Each parameter of our links, and the values that need no repair."""

Pairs = Sequence[tuple[str, str]]


def address_meant(request: Request) -> str | None:
    """The address of ours that a rewritten one was; None for a good one, and where that can't be told."""
    if request.method not in ("GET", "HEAD") or request.scope["path"].startswith("/feeds/"):
        return None  # A feed's address is repaired where its secret is looked up.
    path, query = request.scope["path"], request.scope["query_string"].decode("ascii", "replace")
    address = f"{path}?{query}"[:MAX_LINK_LENGTH]
    if token := manage_token_in(address):
        # The secret goes back behind the `#`, which no server is sent.
        return f"/manage?{urlencode({'lang': _language(address) or language_of(request)})}#{token}"
    sent = parse_qsl(query, keep_blank_values=True)
    meant_path, meant = _repaired(address)
    if meant_path is None or (meant_path == path and (_is_good(sent) or len(meant) < _known(sent))):
        return None
    # A browser takes the fragment along, so that a manage link keeps its secret.
    return f"{meant_path}?{urlencode(meant, safe=':@')}".rstrip("?")


def _repaired(address: str) -> tuple[str | None, Pairs]:
    """The path, or None where it is none of ours, and the parameters that can be read."""
    path, *pieces = re.split("[?&#;]", plain_address(address))
    found = PATH.fullmatch(PUNCTUATION.sub("", path))
    if not found:
        return None, ()
    language = (found["language"] or "").lower()
    pairs = list(_parameters(pieces))
    if language in locales() and "lang" not in dict(pairs):
        pairs.insert(0, ("lang", language))
    if found["feed"]:
        return f"/feeds/{quote(found['feed'])}", ()
    page = (found["page"] or "").lower()
    if not page and language not in locales():
        return None, ()
    if page == "manage":
        return "/manage", [pair for pair in pairs if pair[0] == "lang"]
    service = (found["service"] or dict(pairs).get("service", "")).lower()
    path = "/".join(["/book", *([service] if service else []), *(["times"] if found["times"] else [])])
    return path, [pair for pair in pairs if pair[0] != "service"]


def _parameters(pieces: Sequence[str]) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        name, _, value = piece.partition("=")
        name, value = name.lower(), PUNCTUATION.sub("", value)
        value = value.upper() if name == "at" and "@" not in value else value.lower()
        if name in PARAMETERS and PARAMETERS[name].fullmatch(value):
            yield name, value


def _is_good(sent: Pairs) -> bool:
    """Whether no parameter of ours needs repair; those of others are left alone."""
    return all(
        bool(PARAMETERS[name].fullmatch(value)) and name != "service"
        if name in PARAMETERS
        else not _is_ours(name)
        for name, value in sent
    )


def _known(sent: Pairs) -> int:
    return sum(name in PARAMETERS or _is_ours(name) for name, _ in sent)


def _is_ours(name: str) -> bool:
    return name.lower().removeprefix("amp;") in PARAMETERS


def _language(address: str) -> str | None:
    language = dict(_repaired(address)[1]).get("lang")
    return language if language in locales() else None
