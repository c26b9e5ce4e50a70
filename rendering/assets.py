"""Files of a bundle over HTTP: compressed once, not by request."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import brotli
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
READS_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
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
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass(frozen=True)
class Assets:
    """All files that may be requested, by path: a request never makes the server open a path.

    `version` is that of all files together. Below it they are immutable, so that modules of two
    versions never meet in a browser. `entry_points` lead there, from addresses that never change.
    """

    root: str
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
        return f"{self.root}/{self.version}/{path}"

    def respond(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The file at `path_params["path"]`, with the headers.

        Raises:
            HTTPException: 404, there is no such file.
        """
        headers = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding", **headers}
        file, cache_control = self.lookup(request.path_params["path"])
        if file is None:
            raise HTTPException(404, "There is no such file.\n", headers | {"Cache-Control": "no-store"})
        headers |= {"ETag": file.etag, "Cache-Control": cache_control}
        known = [
            tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
        ]
        if file.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = f"{file.media_type}; charset=utf-8"
        if READS_BROTLI.search(request.headers.get("accept-encoding", "")):
            return Response(file.compressed, headers=headers | {"Content-Encoding": "br"})
        return Response(file.body, headers=headers)


def assets_of(bodies: Mapping[str, bytes]) -> dict[str, Asset]:
    """Each file with the media type of its ending."""
    return {path: Asset(body, MEDIA_TYPES[Path(path).suffix]) for path, body in bodies.items()}


def version_of(bodies: Mapping[str, bytes]) -> str:
    """Twelve digits that differ when a file does."""
    digest = hashlib.sha256()
    for path, body in bodies.items():
        digest.update(f"{path}\n{len(body)}\n".encode() + body)
    return digest.hexdigest()[:12]
