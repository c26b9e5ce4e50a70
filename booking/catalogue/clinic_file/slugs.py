"""Slugs made of names."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 64


def slug_of(name: str, otherwise: str) -> str:
    """Small letters and digits with hyphens: `First visit` -> `first-visit`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST].strip("-") or otherwise


def unique_slugs(names: Iterable[str], otherwise: str) -> list[str]:
    """A slug for each name, in order; a number tells those of equal names: `massage`, `massage-2`."""
    slugs: list[str] = []
    for name in names:
        slug, number = slug_of(name, otherwise), 1
        stem = slug[: LONGEST - 6].strip("-")
        while slug in slugs:
            number += 1
            slug = f"{stem}-{number}"
        slugs.append(slug)
    return slugs
