"""The size of a PNG or JPEG, read from its own bytes: W3C PNG, ITU-T T.81 (JPEG), CIPA DC-008 (Exif).

A library that decodes images would be many times the size of the program for a few numbers of a header.
"""

import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
OTHERS = {
    "GIF": re.compile(rb"GIF8"),
    "WebP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "AVIF or HEIC": re.compile(rb"....ftyp", re.DOTALL),
    "SVG": re.compile(rb".{0,1024}<svg", re.DOTALL | re.IGNORECASE),
}
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG that begin with the size."""
ALONE = {0x01, *range(0xD0, 0xD9)}
"""Those without a length."""
END_OF_IMAGE = b"\xff\xd9"
START_OF_SCAN, EXIF = 0xDA, 0xE1
ORIENTATION = 0x0112
UPRIGHT = 1


class MediaType(StrEnum):
    PNG = "image/png"
    JPEG = "image/jpeg"


class UnusableImage(ValueError):
    """Has the key of the sentence about the `{image}`, and the values that it needs besides."""

    def __init__(self, key: str, **values: str) -> None:
        self.key, self.values = key, values
        super().__init__(key)


@dataclass(frozen=True)
class ImageHeader:
    """`width` and `height` in pixels."""

    media_type: MediaType
    width: int
    height: int


def read_image_header(data: bytes) -> ImageHeader:
    """By the bytes, whatever the file is called.

    Raises:
        UnusableImage: another type, cut off, turned by its Exif data, or in the colours of print.
    """
    if data.startswith(PNG):
        return _png(data)
    if data.startswith(JPEG):
        return _jpeg(data)
    for name, beginning in OTHERS.items():
        if beginning.match(data):
            raise UnusableImage("check.image.otherFormat", format=name)
    raise UnusableImage("check.image.noImage")


def _png(data: bytes) -> ImageHeader:
    """All chunks are looked at: each has a checksum, and the last is IEND."""
    header, kind, at = b"", b"", len(PNG)
    while kind != b"IEND":
        if len(data) < at + 12:
            raise UnusableImage("check.image.cutOff")
        length, kind = struct.unpack_from(">I4s", data, at)
        content, end = data[at + 8 : at + 8 + length], at + 12 + length
        if len(data) < end or crc32(kind + content) != int.from_bytes(data[end - 4 : end]):
            raise UnusableImage("check.image.cutOffOrDamaged")
        header = header or content
        at = end
    if len(header) != 13:
        raise UnusableImage("check.image.damaged")
    width, height = struct.unpack_from(">II", header)
    return ImageHeader(MediaType.PNG, width, height)


def _jpeg(data: bytes) -> ImageHeader:
    size, at = None, 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        segment = data[at + 4 : at + 2 + int.from_bytes(data[at + 2 : at + 4])]
        if marker in FRAMES and len(segment) >= 6:
            size = struct.unpack_from(">xHHB", segment)
        elif marker == EXIF and segment.startswith(b"Exif\0\0") and _orientation(segment[6:]) != UPRIGHT:
            raise UnusableImage("check.image.turned")
        elif marker == START_OF_SCAN:
            break
        at += 4 + len(segment)
    if size is None or END_OF_IMAGE not in data[at:]:
        raise UnusableImage("check.image.cutOffOrDamaged")
    height, width, components = size
    if components == 4:
        raise UnusableImage("check.image.coloursOfPrint")
    return ImageHeader(MediaType.JPEG, width, height)


def _orientation(tiff: bytes) -> int:
    """That of Exif; upright where it says nothing that can be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    try:
        if order:
            (at,) = struct.unpack_from(f"{order}I", tiff, 4)
            (count,) = struct.unpack_from(f"{order}H", tiff, at)
            for number in range(count):
                tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * number)
                if tag == ORIENTATION:
                    return int(value)
    except struct.error:
        pass
    return UPRIGHT
