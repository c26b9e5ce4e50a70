"""The clinic's logo: an image in the folder of its file, small enough to go with each mail."""

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo

from booking.catalogue.clinic_file.images.file import named_file
from booking.catalogue.clinic_file.images.image_header import MediaType, UnusableImage, read_image_header
from booking.i18n.sentences import InvalidValue, quoted

MAX_BYTES = 100_000
MAX_PIXELS = 2000
SHOWN_WIDTH, SHOWN_HEIGHT = 240, 64
"""The box that the logo is fitted into, in CSS pixels; it is never enlarged."""
LEAST = 16


@dataclass(frozen=True)
class Logo:
    """`width` and `height` are those at which it is shown, in CSS pixels."""

    media_type: MediaType
    width: int
    height: int
    content: bytes = field(repr=False)


def _logo(value: Any, info: ValidationInfo) -> Logo:
    content = named_file(
        value, info, at_most=MAX_BYTES, otherwise="check.logo", elsewhere="check.logo.elsewhere"
    )
    return _fitted(value, content)


def _fitted(name: str, content: bytes) -> Logo:
    image = quoted(name)
    if len(content) > MAX_BYTES:
        raise InvalidValue("check.image.large", image=image, most=MAX_BYTES // 1000)
    try:
        header = read_image_header(content)
    except UnusableImage as reason:
        raise InvalidValue(reason.key, image=image, **reason.values) from None
    width, height = header.width, header.height
    if max(width, height) > MAX_PIXELS:
        raise InvalidValue("check.image.wide", image=image, width=width, height=height, most=MAX_PIXELS)
    scale = min(1, SHOWN_WIDTH / max(width, 1), SHOWN_HEIGHT / max(height, 1))
    shown_width, shown_height = round(width * scale), round(height * scale)
    if min(width, height) * scale < LEAST:
        raise InvalidValue(
            "check.image.narrow",
            image=image,
            width=shown_width,
            height=shown_height,
            best_width=SHOWN_WIDTH,
            best_height=SHOWN_HEIGHT,
        )
    return Logo(header.media_type, shown_width, shown_height, content)


def spell_logo(logo: Logo) -> str:
    """A name for its file that no other image has."""
    suffix = "png" if logo.media_type == MediaType.PNG else "jpg"
    return f"logo-{hashlib.sha256(logo.content).hexdigest()[:8]}.{suffix}"


LogoFile = Annotated[Logo, PlainValidator(_logo), PlainSerializer(spell_logo)]
"""The name of a file in the folder, read."""
