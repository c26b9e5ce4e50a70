"""The images that a clinic's file names, as the database has them: the logo, and photos of practitioners."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from booking.catalogue.clinic_file.export.content import stored_logo, stored_photos
from booking.catalogue.clinic_file.images.photo import LARGEST
from booking.catalogue.clinic_file.mapping import ClinicRows


def write_images(text: str, rows: ClinicRows, folder: Path) -> list[Path]:
    """Put each image where the text looks for it, unless a file is there; returns what was written."""
    written = []
    for name, content in _named_images(text, rows):
        file = folder / name
        if file.resolve().is_relative_to(folder.resolve()) and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            written.append(file)
    return written


def _named_images(text: str, rows: ClinicRows) -> Iterator[tuple[Path, bytes]]:
    content = tomllib.loads(text.removeprefix("\ufeff"))
    logo, photos = stored_logo(rows), stored_photos(rows)
    if logo and (name := content.get("mails", {}).get("logo")):
        yield Path(name), logo.content
    for practitioner in content["practitioners"]:
        if (name := practitioner.get("photo")) and (photo := photos.get(practitioner["slug"])):
            yield Path(name), photo.pictures[LARGEST]
