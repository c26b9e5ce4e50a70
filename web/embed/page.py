"""`/embed`: the lines for a web page, chosen in a form, seen as visitors will see them, and copied."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from booking.domain.translations import in_language
from booking.i18n.locales import locales, texts_for
from booking.i18n.texts import Texts
from booking.storage.queries.catalogue import listed_locations
from rendering.headers import POLICY, SECURITY
from rendering.language import language_of
from web.embed.snippet import Element, snippet
from web.noscript.request import NoscriptSite
from web.noscript.views import bookable_services
from web.pages import templates

COLOUR = re.compile(r"#[\da-f]{6}", re.IGNORECASE)
SCHEMES, WIDTHS = ("light", "dark"), ("computer", "phone")
UNLISTED = {"X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Option:
    value: str
    name: str


@dataclass(frozen=True)
class Offered:
    """What the form offers, each list with its names in the reader's language."""

    services: Sequence[Option]
    practitioners: Sequence[Option]
    locations: Sequence[Option]
    languages: Sequence[Option]


def embed_routes(site: NoscriptSite, address: str) -> list[BaseRoute]:
    """`address` is that of the server, as the pages of others name it."""
    return [
        Route("/embed", partial(_page, site, address)),
        Route("/embed/preview", partial(_preview, site)),
    ]


def element_of(query: QueryParams, offered: Offered) -> tuple[Element, list[str]]:
    """The element that a form asks for, and what it names that is not offered."""
    unknown = []

    def listed(name: str, options: Sequence[Option], otherwise: str = "") -> str:
        value = query.get(name, "")
        if not value or value in {option.value for option in options}:
            return value or otherwise
        unknown.append(value[:100])
        return otherwise

    accent = query.get("accent", "") if query.get("own") else ""
    if accent and not COLOUR.fullmatch(accent):
        unknown.append(accent[:100])
        accent = ""
    element = Element(
        service=listed("service", offered.services),
        practitioner=listed("practitioner", offered.practitioners),
        location=listed("location", offered.locations),
        language=listed("language", offered.languages, offered.languages[0].value),
        is_inline=query.get("look") == "inline",
        says_next=bool(query.get("next")),
        accent=accent.lower(),
    )
    return element, unknown


async def _page(site: NoscriptSite, address: str, request: Request) -> Response:
    site.charge(request)
    texts = texts_for(language_of(request))
    offered = await _offered(site, texts)
    element, unknown = element_of(request.query_params, offered)
    html = templates.get_template("embed/page.html").render(
        text=texts,
        clinic=await site.cards(texts.language),
        element=element,
        offered=offered,
        unknown=unknown,
        scheme=_one_of(request, "scheme", SCHEMES),
        width=_one_of(request, "width", WIDTHS),
        lines=snippet(address, element, pinned=False),
        preview=f"/embed/preview?{urlencode(request.query_params.multi_items())}",
    )
    policy = f"{POLICY}'none'; frame-src 'self'"
    headers = SECURITY | UNLISTED | {"Content-Security-Policy": policy, "Content-Language": texts.language}
    return HTMLResponse(html, headers=headers)


async def _preview(site: NoscriptSite, request: Request) -> Response:
    """A page with nothing but the element, for the frame of `_page`."""
    site.charge(request)
    texts = texts_for(language_of(request))
    element, _unknown = element_of(request.query_params, await _offered(site, texts))
    html = templates.get_template("embed/preview.html").render(
        text=texts_for(element.language), element=element, scheme=_one_of(request, "scheme", SCHEMES)
    )
    headers = SECURITY | UNLISTED | {"Content-Security-Policy": f"{POLICY}'self'"}
    return HTMLResponse(html, headers=headers | {"Content-Language": element.language})


async def _offered(site: NoscriptSite, texts: Texts) -> Offered:
    async with site.database.read() as session:
        services = await bookable_services(session, texts, now=await site.now(session))
        locations = await listed_locations(session)
    practitioners = {who.slug: who.name for service in services for who in service.practitioners}
    others = [each for each in locales().values() if each.language != texts.language]
    return Offered(
        services=[Option(service.slug, service.name) for service in services],
        practitioners=[Option(slug, name) for slug, name in practitioners.items()],
        locations=[Option(row.slug, in_language(row.name, texts.language)) for row in locations],
        languages=[Option(each.language, each.name) for each in (texts, *others)],
    )


def _one_of(request: Request, name: str, values: Sequence[str]) -> str:
    """The value that the address names, or the first."""
    value = request.query_params.get(name, "")
    return value if value in values else values[0]
