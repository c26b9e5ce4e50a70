"""The language of a page."""

from starlette.requests import Request

from booking.i18n.locales import locales
from booking.i18n.negotiation import preferred_language


def language_of(request: Request, *, chosen: str | None = None) -> str:
    """`?lang=` where there is a file for it, or the reader's `chosen` one, or what the browser prefers."""
    named = request.query_params.get("lang", "")
    # In front of the header's own preferences; a language without a file is passed over.
    wanted = f"{named},{chosen or ''},{request.headers.get('accept-language', '')}"
    return preferred_language(wanted, list(locales()))
