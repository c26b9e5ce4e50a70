"""A practitioner's photo: a file beside the clinic's, made into small square pictures once, when it is read.

Pixels alone are kept: where and when a photo was taken is nobody's business.
"""

import hashlib
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Annotated, Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from pydantic import PlainSerializer, PlainValidator, ValidationInfo

from booking.catalogue.clinic_file.images.file import named_file
from booking.i18n.sentences import InvalidValue, quoted
from booking.storage.models.catalogue.practitioners import PHOTO_SIZES

LARGEST = max(PHOTO_SIZES)
MAX_BYTES = 10_000_000
MAX_PIXELS = 25_000_000
LEAST = 192
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 80
WHITE = (255, 255, 255)
METADATA = ("exif", "xmp", "icc_profile")


@dataclass(frozen=True)
class Photo:
    """`pictures` are WebP by their width and height in pixels; all follow from the largest."""

    pictures: Mapping[int, bytes] = field(repr=False)

    @property
    def version(self) -> str:
        """Another one for each other photo: 16 hexadecimal digits."""
        return hashlib.sha256(self.pictures[LARGEST]).hexdigest()[:16]


MOST_KEPT = 200
_made: dict[bytes, Photo] = {}
"""By the SHA-256 of its file: a file with mistakes is checked several times in a row."""


def _photo(value: Any, info: ValidationInfo) -> Photo:
    content = named_file(
        value, info, at_most=MAX_BYTES, otherwise="check.photo", elsewhere="check.photo.elsewhere"
    )
    if len(content) > MAX_BYTES:
        raise InvalidValue("check.photo.large", image=quoted(value), most=MAX_BYTES // 1_000_000)
    source = hashlib.sha256(content).digest()
    if source in _made:
        return _made[source]
    if len(_made) >= MOST_KEPT:
        _made.clear()
    try:
        with warnings.catch_warnings():
            # Of Pillow about sizes; ours are stricter.
            warnings.simplefilter("ignore")
            photo = _made[source] = _made_of(value, content)
    except (OSError, SyntaxError, struct.error, EOFError, Image.DecompressionBombError) as reason:
        raise InvalidValue("check.photo.damaged", image=quoted(value)) from reason
    return photo


def _made_of(name: str, content: bytes) -> Photo:
    named = quoted(name)
    try:
        image: Image.Image = Image.open(BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise InvalidValue("check.photo.otherFormat", image=named) from None
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InvalidValue(
            "check.photo.manyPixels", image=named, width=width, height=height, most=MAX_PIXELS // 1_000_000
        )
    if min(width, height) < LEAST:
        raise InvalidValue("check.photo.fewPixels", image=named, width=width, height=height, least=LEAST)
    if _is_ours(image, content):
        return _photo_of(content)
    return _photo_of(_webp(_square(image)))


def _is_ours(image: Image.Image, content: bytes) -> bool:
    """Whether it is a largest picture as `export` writes it, which stays as it is."""
    return (
        image.format == "WEBP"
        and image.size == (LARGEST, LARGEST)
        and image.mode == "RGB"
        and not getattr(image, "is_animated", False)
        and not any(image.info.get(kind) for kind in METADATA)
        and len(content) == int.from_bytes(content[4:8], "little") + 8
    )


def _square(image: Image.Image) -> Image.Image:
    """The middle, upright, in sRGB on white."""
    # A JPEG is decoded at a fraction of its size.
    image.draft(None, (2 * LARGEST, 2 * LARGEST))
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        upright = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")  # 16 bits
    elif upright.mode == "P" or "transparency" in upright.info:
        upright = upright.convert("RGBA")
    square = ImageOps.fit(upright, (LARGEST, LARGEST), Image.Resampling.LANCZOS)
    if square.has_transparency_data:
        square = square.convert("RGBA")
        square = Image.alpha_composite(Image.new("RGBA", square.size, WHITE), square).convert("RGB")
    return _in_srgb(square, profile)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            srgb = ImageCms.createProfile("sRGB")
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
            return image if converted is None else converted
        except ImageCms.PyCMSError:
            pass  # A profile of other colours than the image's says nothing about them.
    return image.convert("RGB")


def _photo_of(largest: bytes) -> Photo:
    with Image.open(BytesIO(largest), formats=("WEBP",)) as stored:
        return Photo(
            {
                size: largest
                if size == LARGEST
                else _webp(stored.resize((size, size), Image.Resampling.LANCZOS))
                for size in PHOTO_SIZES
            }
        )


def _webp(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "WEBP", quality=QUALITY, method=6, icc_profile=b"", exif=b"", xmp=b"")
    return written.getvalue()


def spell_photo(photo: Photo) -> str:
    """A name for its file that no other photo has."""
    return f"photos/{photo.version}.webp"


PhotoFile = Annotated[Photo, PlainValidator(_photo), PlainSerializer(spell_photo)]
"""The name of a file in the folder, read."""
