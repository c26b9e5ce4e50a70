"""A bundle of modules and style sheets: inside its package in a wheel, in `build/` of a checkout."""

from collections.abc import Sequence
from pathlib import Path


class BundleMissing(FileNotFoundError):
    """A checkout has no bundle before `make bundles`."""


def bundle_folder(places: Sequence[Path], entry: str) -> Path:
    """The first of the places that has the bundle's entry, a file.

    Raises:
        BundleMissing: none has it yet.
    """
    for place in places:
        if (place / entry).is_file():
            return place
    raise BundleMissing(f"The bundle of the {places[-1].name} is missing. Please run `make bundles`.")


def files_in(folder: Path) -> dict[str, bytes]:
    """All files of a bundle, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
