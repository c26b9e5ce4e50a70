"""The clinic's logo: an image in the folder of its file, small enough to go with each mail."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo

from booking.catalogue.clinic_file.image_header import MediaType, read_image_header

FOLDER = "folder"
"""The key of the folder in the context of pydantic's validation."""
MAX_BYTES = 100_000
MAX_PIXELS = 2000
SHOWN_WIDTH, SHOWN_HEIGHT = 240, 64
"""The box that the logo is fitted into, in CSS pixels; it is never enlarged."""
LEAST = 16
ELSEWHERE = (
    "must be a file in the folder of this file: an image on a server would tell it who reads a mail, and when"
)


@dataclass(frozen=True)
class Logo:
    """`width` and `height` are those at which it is shown, in CSS pixels."""

    media_type: MediaType
    width: int
    height: int
    content: bytes = field(repr=False)


def _logo(value: Any, info: ValidationInfo) -> Logo:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError('must be the name of a file, like "logo.png"')
    if "://" in value or value.startswith(("//", "data:", "cid:")):
        raise ValueError(ELSEWHERE)
    folder = (info.context or {}).get(FOLDER)
    if folder is None:
        raise ValueError("can't be read, since the folder of this file is not known here")
    return _fitted(value, _read(value, folder))


def _read(name: str, folder: Path) -> bytes:
    """At most one byte more than is allowed."""
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise ValueError(ELSEWHERE)
        if not file.is_file():
            raise ValueError(f"there is no file {name!r} in the folder of this file")
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as reason:
        raise ValueError(f"{name!r} can't be read: {reason.strerror or reason}") from None


def _fitted(name: str, content: bytes) -> Logo:
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"{name!r} has more than {MAX_BYTES // 1000} kB, and goes with each mail: make it smaller"
        )
    try:
        image = read_image_header(content)
    except ValueError as reason:
        raise ValueError(f"{name!r} {reason}") from None
    if max(image.width, image.height) > MAX_PIXELS:
        raise ValueError(
            f"{name!r} has {image.width} × {image.height} pixels: make it {MAX_PIXELS} at most each way"
        )
    least = min(image.width, image.height)
    scale = min(1, SHOWN_WIDTH / max(image.width, 1), SHOWN_HEIGHT / max(image.height, 1))
    if least * scale < LEAST:
        raise ValueError(
            f"{name!r} would be shown {_pixels(image.width, scale)} × {_pixels(image.height, scale)} pixels "
            f"small: cut off its margins, or take one of {SHOWN_WIDTH} × {SHOWN_HEIGHT} or more"
        )
    return Logo(image.media_type, _pixels(image.width, scale), _pixels(image.height, scale), content)


def _pixels(length: int, scale: float) -> int:
    return round(length * scale)


def spell_logo(logo: Logo) -> str:
    """A name for its file that no other image has."""
    suffix = "png" if logo.media_type == MediaType.PNG else "jpg"
    return f"logo-{hashlib.sha256(logo.content).hexdigest()[:8]}.{suffix}"


LogoFile = Annotated[Logo, PlainValidator(_logo), PlainSerializer(spell_logo)]
"""The name of a file in the folder, read."""
