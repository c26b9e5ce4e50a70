"""The language of a page."""

from starlette.requests import Request

from booking.i18n.locales import locales
from booking.i18n.negotiation import preferred_language


def language_of(request: Request) -> str:
    """`?lang=` where there is a file for it, or what the browser prefers."""
    named = request.query_params.get("lang", "")
    # In front of the header's own preferences; a language without a file is passed over.
    return preferred_language(f"{named},{request.headers.get('accept-language', '')}", list(locales()))
