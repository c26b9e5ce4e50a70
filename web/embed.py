"""The two lines of HTML that put the widget into a web page."""

import hashlib
from base64 import b64encode
from html import escape
from urllib.parse import quote

from booking.i18n.locales import texts_for
from web.assets import LOADER, assets


def snippet(site: str, service: str, language: str, *, pinned: bool) -> str:
    """For the pages of `site`. Pinned, the script is of one version, and its hash is checked (SRI)."""
    source, integrity = f"{site}/widget/{LOADER}", ""
    if pinned:
        digest = hashlib.sha384(assets().files[LOADER].body).digest()
        source = f"{site}{assets().address(LOADER)}"
        integrity = f' integrity="sha384-{b64encode(digest).decode()}" crossorigin="anonymous"'
    path = f"/book/{quote(service, safe='')}" if service else "/book"
    attribute = f' service="{escape(service)}"' if service else ""
    link = f'<a href="{escape(site + path)}">{escape(texts_for(language)("embed.button"))}</a>'
    return (
        f'<script type="module" src="{escape(source)}"{integrity}></script>\n'
        f'<book-online{attribute} lang="{language}">{link}</book-online>\n'
    )
