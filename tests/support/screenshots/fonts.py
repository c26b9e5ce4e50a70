"""Inter in place of the font that a server's Chromium falls back to: pages look as on most devices."""

from pathlib import Path

FAMILIES = ("system-ui", "-apple-system", "sans-serif", "sans", "Liberation Sans")
ALIAS = """<match target="pattern"><test name="family"><string>{family}</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>"""
CONFIGURATION = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>{aliases}</fontconfig>"""


def font_configuration(folder: Path) -> Path:
    """A file in the folder. Where Inter isn't installed, it changes nothing."""
    aliases = "".join(ALIAS.format(family=family) for family in FAMILIES)
    file = folder / "fonts.conf"
    file.write_text(CONFIGURATION.format(aliases=aliases), "utf-8")
    return file
