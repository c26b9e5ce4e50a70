"""The widget's files over HTTP, for pages of any origin: minified and compressed once, not by request."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import brotli
from rcssmin import cssmin
from rjsmin import jsmin
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.bundler import bundle

WEB = Path(__file__).parent
FOLDERS = {WEB.parent / "widget": "*", WEB: "static/*"}
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
MINIFIERS: Mapping[str, Callable[[str], str]] = {
    ".js": lambda text: str(jsmin(text)),
    ".css": lambda text: str(cssmin(text)),
    ".json": lambda text: json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False),
    ".svg": str,
}
LOADER = "book-online.js"
ENTRY_POINTS = (LOADER, "manage.js", "static/pages.css", "static/mark.svg")
"""What pages name."""
BUNDLES = ("start", "manage")
"""Modules of the flow that come with all that they import."""
STYLES = ("frame", "parts", "calendar")
"""Style sheets that come as one, `flow/look.css`."""
FLOW = re.compile(r"([\"'`])\./flow/")
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
    """Everything that may be asked for, by path: no path is ever opened because somebody named it.

    `version` is that of all files together. Below it they are kept for ever, so that modules of two
    versions never meet in a browser. `entrances` lead there, from addresses that never change.
    """

    version: str
    files: Mapping[str, Asset]
    entrances: Mapping[str, Asset]

    def found(self, path: str) -> tuple[Asset | None, str]:
        """The file, and how long it may be kept."""
        if path in self.entrances:
            return self.entrances[path], SHORT_LIVED
        version, _, rest = path.partition("/")
        # A page that was opened before an update asks for files of another version: better these than none.
        return self.files.get(rest), IMMUTABLE if version == self.version else SHORT_LIVED

    def address(self, path: str) -> str:
        """Where a file of this version is."""
        return f"/widget/{self.version}/{path}"


@cache
def assets() -> Assets:
    found = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for folder, pattern in FOLDERS.items()
        for path in sorted(folder.rglob(pattern))
        if path.suffix in MEDIA_TYPES and path.is_file()
    }
    modules = {Path(path).stem: text for path, text in found.items() if re.match(r"flow/.*\.js$", path)}
    found |= {f"flow/{name}.js": bundle(modules, name) for name in BUNDLES}
    found["flow/look.css"] = "\n".join(found[f"flow/{name}.css"] for name in STYLES)
    texts = {path: MINIFIERS[Path(path).suffix](text) for path, text in found.items()}
    version = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]
    inwards = {path: FLOW.sub(rf"\1./{version}/flow/", texts[path]) for path in ENTRY_POINTS}
    return Assets(version, _made(texts), _made(inwards))


def _made(texts: Mapping[str, str]) -> dict[str, Asset]:
    return {path: Asset(text.encode(), MEDIA_TYPES[Path(path).suffix]) for path, text in texts.items()}


async def asset(request: Request) -> Response:
    """`GET /widget/{path}`, and the same below a version."""
    found, how_long = assets().found(request.path_params["path"])
    if found is None:
        return PlainTextResponse("There is no such file.\n", 404, HEADERS | {"Cache-Control": "no-store"})
    headers = HEADERS | {"ETag": found.etag, "Cache-Control": how_long}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if found.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = f"{found.media_type}; charset=utf-8"
    if READS_BROTLI.search(request.headers.get("accept-encoding", "")):
        return Response(found.compressed, headers=headers | {"Content-Encoding": "br"})
    return Response(found.body, headers=headers)
