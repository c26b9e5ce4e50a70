"""Several screens of a phone beside one another, each with round corners on nothing."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

GAP = 32
RADIUS = 44
EDGE = "#8aa5a180"
SMOOTH = 4
"""The mask is drawn so much larger."""


def write_row(screens: Sequence[Path], file: Path) -> None:
    pictures = [_rounded(Image.open(screen).convert("RGB")) for screen in screens]
    width, height = pictures[0].size
    row = Image.new("RGBA", (len(pictures) * (width + GAP) - GAP, height))
    for at, picture in enumerate(pictures):
        row.paste(picture, (at * (width + GAP), 0))
    row.save(file, quality=86, method=6)


def _rounded(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    mask = Image.new("L", (width * SMOOTH, height * SMOOTH))
    box = (0, 0, width * SMOOTH - 1, height * SMOOTH - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, RADIUS * SMOOTH, fill=255)
    edge = Image.new("RGBA", picture.size)
    ImageDraw.Draw(edge).rounded_rectangle((0, 0, width - 1, height - 1), RADIUS, outline=EDGE, width=2)
    framed = Image.alpha_composite(picture.convert("RGBA"), edge)
    framed.putalpha(mask.resize(picture.size, Image.Resampling.LANCZOS))
    return framed
