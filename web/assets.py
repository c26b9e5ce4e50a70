"""The bundle over HTTP, for pages of any origin: compressed once, not by request."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import brotli
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from booking.i18n.locales import locales
from web.built_widget import bundle_folder

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
LOADER = "book-online.js"
ENTRY_POINTS = (LOADER, "manage.js", "static/pages.css", "static/control.css", "static/mark.svg")
"""Files that pages name without a version."""
FLOW = re.compile(rb"([\"'`])\./flow/")
LANGUAGES = b"__LANGUAGES__"
"""The place of the languages in a module."""
READS_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
SHORT_LIVED = "public, max-age=300"
IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    body: bytes
    media_type: str

    @cached_property
    def compressed(self) -> bytes:
        return bytes(brotli.compress(self.body))

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True)
class Assets:
    """All files that may be requested, by path: a request never makes the server open a path.

    `version` is that of all files together. Below it they are immutable, so that modules of two
    versions never meet in a browser. `entry_points` lead there, from addresses that never change.
    """

    version: str
    files: Mapping[str, Asset]
    entry_points: Mapping[str, Asset]

    def lookup(self, path: str) -> tuple[Asset | None, str]:
        """The file, and its Cache-Control."""
        if path in self.entry_points:
            return self.entry_points[path], SHORT_LIVED
        version, _, rest = path.partition("/")
        # A page that was opened before an update asks for files of another version: better these than none.
        return self.files.get(rest), IMMUTABLE if version == self.version else SHORT_LIVED

    def address(self, path: str) -> str:
        """The path of a file of this version."""
        return f"/widget/{self.version}/{path}"


@cache
def assets() -> Assets:
    folder = bundle_folder()
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "documents.json"
    }
    languages = " ".join(locales()).encode()
    files = {path: body.replace(LANGUAGES, languages) for path, body in files.items()}
    for language, texts in locales().items():
        strings = {"locale": texts.tag, "direction": texts.direction, "texts": texts.widget}
        files[f"strings/{language}.json"] = orjson.dumps(strings)
    digest = hashlib.sha256()
    for path, body in files.items():
        digest.update(f"{path}\n{len(body)}\n".encode() + body)
    version = digest.hexdigest()[:12]
    versioned = {path: FLOW.sub(rb"\1./%b/flow/" % version.encode(), files[path]) for path in ENTRY_POINTS}
    return Assets(version, _assets_of(files), _assets_of(versioned))


def _assets_of(bodies: Mapping[str, bytes]) -> dict[str, Asset]:
    return {path: Asset(body, MEDIA_TYPES[Path(path).suffix]) for path, body in bodies.items()}


async def asset(request: Request) -> Response:
    """`GET /widget/{path}`, and the same below a version."""
    file, cache_control = assets().lookup(request.path_params["path"])
    if file is None:
        raise HTTPException(404, "There is no such file.\n", HEADERS | {"Cache-Control": "no-store"})
    headers = HEADERS | {"ETag": file.etag, "Cache-Control": cache_control}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if file.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = f"{file.media_type}; charset=utf-8"
    if READS_BROTLI.search(request.headers.get("accept-encoding", "")):
        return Response(file.compressed, headers=headers | {"Content-Encoding": "br"})
    return Response(file.body, headers=headers)
