"""Images as files: small, of one colour, and with the faults that an image may have."""

import struct
from io import BytesIO
from zlib import compress, crc32

from PIL import ExifTags, Image


def png(width: int, height: int) -> bytes:
    """Black, with an alpha channel."""
    rows = (b"\0" + b"\0\0\0\xff" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc32(kind + content))


def jpeg(width: int, height: int, *, orientation: int | None = None, components: int = 3) -> bytes:
    """The segments around the pixels, and no pixels."""
    frame = struct.pack(">BHHB", 8, height, width, components) + b"\1\x11\0" * components
    exif = b""
    if orientation is not None:
        # Big-endian, with one entry: a SHORT.
        exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    segments = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), (0xE1, exif), (0xC0, frame), (0xDA, b"\1\1\0\0\x3f\0")]
    body = b"".join(
        bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content
        for kind, content in segments
        if content
    )
    return b"\xff\xd8" + body + b"\x12\x34\xff\xd9"


def picture(
    width: int,
    height: int,
    *,
    kind: str = "JPEG",
    mode: str = "RGB",
    orientation: int | None = None,
    top: str = "red",
    bottom: str = "blue",
) -> bytes:
    """An image of two colours, the `top` and the `bottom` half, with a maker's name in its metadata."""
    image = Image.new("RGB", (width, height), bottom)
    image.paste(Image.new("RGB", (width, height // 2), top))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Sample Camera"
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    written = BytesIO()
    image.convert(mode).save(written, kind, exif=exif)
    return written.getvalue()
