"""Photos of practitioners as addresses, and the pictures behind them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from booking.storage.models.catalogue.practitioners import PHOTO_SIZES, PractitionerPhoto
from booking.storage.queries.catalogue import cached, versions_of_photos
from booking.storage.session import BookingSession

NAME = re.compile(r"(?P<slug>[a-z0-9-]+)-(?P<version>[0-9a-f]{16})-(?P<size>[1-9][0-9]{1,3})\.webp")


@dataclass(frozen=True)
class PhotoAddress:
    """Names a picture in a URL; another photo of the same practitioner has another `version`."""

    slug: str
    version: str
    size: int  # width and height in pixels

    @property
    def path(self) -> str:
        return f"/photos/{self.slug}-{self.version}-{self.size}.webp"

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """From the last part of a path; None for one that names no picture."""
        match = NAME.fullmatch(name)
        size = int(match["size"]) if match else 0
        return cls(match["slug"], match["version"], size) if match and size in PHOTO_SIZES else None


def initials(name: str) -> str:
    """Where there is no photo: `SP` of `Dr. Sample Practitioner`."""
    words = [word for word in name.split() if not word.endswith(".")]
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:]))


def size_for(pixels: int) -> int:
    """The smallest size that is sharp on so many pixels, or the largest."""
    return min((size for size in PHOTO_SIZES if size >= pixels), default=max(PHOTO_SIZES))


async def photo_versions(session: BookingSession) -> Mapping[str, str]:
    """Of those practitioners who have a photo, by slug."""
    return await cached(session, PractitionerPhoto, lambda: versions_of_photos(session))


async def photo_addresses(
    session: BookingSession, slugs: Collection[str], pixels: int
) -> dict[str, PhotoAddress | None]:
    """The picture of each practitioner that is sharp on so many pixels; None without a photo."""
    versions, size = await photo_versions(session), size_for(pixels)
    return {slug: PhotoAddress(slug, versions[slug], size) if slug in versions else None for slug in slugs}


async def stored_photo(session: BookingSession, slug: str, size: int) -> PractitionerPhoto | None:
    """The picture of this size; None for a practitioner without a photo."""
    return await session.get(PractitionerPhoto, (slug, size))
