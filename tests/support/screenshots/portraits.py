"""Drawn portraits of the sample practitioners: pictures have faces, and show nobody."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 400
SCALE = 3
"""Drawn so much larger, so that edges are smooth."""
INK = "#2b2a33"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Portrait:
    background: str
    skin: str
    hair: str
    clothes: str
    style: str  # of the hair: short, long, bun, curls
    has_glasses: bool = False
    has_beard: bool = False


PORTRAITS = {
    "sample-practitioner-a": Portrait("#dcebe6", "#e9b996", "#4a2c20", "#0f6b66", "long"),
    "sample-practitioner-b": Portrait("#e8e3f3", "#8d5a3b", "#1d1715", "#43528c", "short", has_beard=True),
    "sample-practitioner-c": Portrait("#f6e6d8", "#f2cdb0", "#b9b3ab", "#8a4b3d", "short", has_glasses=True),
    "sample-practitioner-d": Portrait("#dfeaf4", "#c68a5f", "#2a1d18", "#2f6d90", "curls"),
    "sample-practitioner-e": Portrait("#f4e2e6", "#f0c6a6", "#a5582f", "#7a3b69", "bun", has_glasses=True),
}


def write_portraits(folder: Path) -> dict[str, str]:
    """The name of each practitioner's file in the folder, by slug."""
    for slug, portrait in PORTRAITS.items():
        drawn(portrait).save(folder / f"{slug}.png")
    return {slug: f"{slug}.png" for slug in PORTRAITS}


def drawn(portrait: Portrait) -> Image.Image:
    image = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), portrait.background)
    pen = ImageDraw.Draw(image)

    def oval(left: float, top: float, right: float, bottom: float, fill: str) -> None:
        pen.ellipse(_scaled((left, top, right, bottom)), fill=fill)

    if portrait.style == "long":
        pen.rounded_rectangle(_scaled((108, 110, 292, 320)), 90 * SCALE, fill=portrait.hair)
    if portrait.style == "bun":
        oval(158, 34, 242, 112, portrait.hair)
    if portrait.style == "curls":
        for left, top in ((92, 120), (110, 76), (154, 52), (206, 58), (244, 92), (250, 136)):
            oval(left, top, left + 66, top + 66, portrait.hair)
    oval(60, 292, 340, 540, portrait.clothes)
    pen.rounded_rectangle(_scaled((168, 230, 232, 326)), 30 * SCALE, fill=_shade(portrait.skin))
    oval(164, 286, 236, 344, _shade(portrait.skin))
    oval(124, 90, 276, 280, portrait.skin)
    pen.chord(_scaled((122, 82, 278, 242)), 180, 360, fill=portrait.hair)
    # The forehead, so that the hair has a line.
    oval(132, 128, 268, 270, portrait.skin)
    if portrait.has_beard:
        pen.chord(_scaled((131, 146, 269, 282)), 12, 168, fill=portrait.hair)
        oval(168, 206, 232, 240, portrait.skin)
    for x in (168, 232):
        oval(x - 7, 176, x + 7, 192, INK)
        pen.arc(_scaled((x - 18, 152, x + 18, 180)), 205, 335, fill=portrait.hair, width=5 * SCALE)
        if portrait.has_glasses:
            pen.ellipse(_scaled((x - 25, 160, x + 25, 208)), outline=INK, width=4 * SCALE)
    if portrait.has_glasses:
        pen.line(_scaled((193, 182, 207, 182)), fill=INK, width=4 * SCALE)
    pen.arc(_scaled((176, 196, 224, 240)), 20, 160, fill="#7d2f2b", width=6 * SCALE)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _scaled(box: Box) -> Box:
    left, top, right, bottom = (value * SCALE for value in box)
    return left, top, right, bottom


def _shade(colour: str) -> str:
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{int(value * 0.9):02x}" for value in channels)
