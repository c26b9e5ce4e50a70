"""The two lines of HTML that put the widget into a web page."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from booking.i18n.locales import texts_for
from web.assets import LOADER, assets


@dataclass(frozen=True)
class Element:
    """The element as wanted; slugs are empty where the visitor chooses, `accent` where the page does."""

    service: str = ""
    language: str = "en"
    practitioner: str = ""
    location: str = ""
    is_inline: bool = False
    says_next: bool = False
    accent: str = ""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Of the tag, in the order in which people read them; one without a value is empty."""
        named = {"service": self.service, "practitioner": self.practitioner, "location": self.location}
        return {
            **{name: value for name, value in named.items() if value},
            **({"inline": ""} if self.is_inline else {"next": ""} if self.says_next else {}),
            "lang": self.language,
        }

    def path(self) -> str:
        """Of the hosted page with the same choices."""
        path = f"/book/{quote(self.service, safe='')}" if self.service else "/book"
        named = {"practitioner": self.practitioner, "location": self.location}
        query = urlencode({name: value for name, value in named.items() if value})
        return f"{path}?{query}" if query else path


def snippet(site: str, element: Element, *, pinned: bool) -> str:
    """For the pages of `site`. Pinned, the script is of one version, and its hash is checked (SRI)."""
    source, integrity = f"{site}/widget/{LOADER}", ""
    if pinned:
        digest = hashlib.sha384(assets().files[LOADER].body).digest()
        source = f"{site}{assets().address(LOADER)}"
        integrity = f' integrity="sha384-{b64encode(digest).decode()}" crossorigin="anonymous"'
    attributes = "".join(
        f' {name}="{escape(value)}"' if value else f" {name}" for name, value in element.attributes.items()
    )
    style = f' style="--book-online-accent: {escape(element.accent)}"' if element.accent else ""
    words = escape(texts_for(element.language)("embed.button"))
    link = f'<a href="{escape(site + element.path())}">{words}</a>'
    return (
        f'<script type="module" src="{escape(source)}"{integrity}></script>\n'
        f"<book-online{attributes}{style}>{link}</book-online>\n"
    )
