"""The widget's bundle over HTTP, for pages of any origin."""

import re
from collections.abc import Collection, Mapping
from functools import cache

import orjson
from starlette.requests import Request
from starlette.responses import Response

from booking.i18n.locales import locales
from rendering.assets import Assets, assets_of, version_of
from rendering.bundle import files_in
from web.built_widget import DOCUMENTS, FORMER, TEXTS, widget_folder, widget_texts

LOADER = "book-online.js"
ENTRY_POINTS = (LOADER, "manage.js", "frame.js", "static/pages.css", "static/control.css", "static/mark.svg")
"""Files that pages name without a version."""
FLOW = re.compile(rb"([\"'`])\./flow/")
LANGUAGES = b"__LANGUAGES__"
"""The place of the languages in a module."""
WAITING_LIST = "waiting-list"
"""The texts that a booking loads only for the waiting list."""
HEADERS = {"Access-Control-Allow-Origin": "*"}
EMBEDDED = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""For what a page loads without CORS: anything but modules."""


@cache
def assets() -> Assets:
    files = files_in(widget_folder())
    del files[DOCUMENTS], files[FORMER], files[TEXTS]
    languages = " ".join(locales()).encode()
    files = {path: body.replace(LANGUAGES, languages) for path, body in files.items()}
    for language, texts in locales().items():
        for entry, keys in widget_texts().items():
            section = texts.waiting_list if entry == WAITING_LIST else texts.widget
            strings = {
                "locale": texts.tag,
                "direction": texts.direction,
                "texts": texts_of(section, keys),
            }
            files[f"strings/{entry}/{language}.json"] = orjson.dumps(strings)
    version = version_of(files)
    versioned = {path: FLOW.sub(rb"\1./%b/flow/" % version.encode(), files[path]) for path in ENTRY_POINTS}
    return Assets("/widget", version, assets_of(files), assets_of(versioned))


def texts_of(section: Mapping[str, str], keys: Collection[str]) -> dict[str, str]:
    """The texts with these keys, and all forms of the plurals among them."""
    return {key: text for key, text in section.items() if key in keys or key.rpartition(".")[0] in keys}


async def asset(request: Request) -> Response:
    """`GET /widget/{path}`, and the same below a version."""
    is_module = request.path_params["path"].endswith(".js")
    return assets().respond(request, HEADERS if is_module else HEADERS | EMBEDDED)
