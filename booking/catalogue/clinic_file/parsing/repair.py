"""A clinic's file with its mistakes of structure replaced, so that its rules can be checked all the same."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from pydantic import ValidationError

from booking.catalogue.clinic_file.model.file import ClinicFile

MAX_ROUNDS = 8
SAMPLES: Sequence[Any] = (
    "sample",
    "5 min",
    "1 day",
    "CA",
    "UTC",
    "cleared",
    ["en"],
    {"mon-sun": ["00:00-24:00"]},
    date(2000, 1, 1),
    "1.00",
    "CAD",
)
"""One of them is right for each key that a section can't do without."""
Path = tuple[int | str, ...]


def repaired(content: Any, context: Mapping[str, Any]) -> tuple[ClinicFile | None, list[Path]]:
    """The file with samples for what is wrong, and the places of them; None if that is not possible.

    A key that no sample is right for is left out. `context` is that of pydantic's validation.
    """
    content = deepcopy(content)
    places: list[Path] = []
    tried: dict[Path, int] = {}
    for _ in range(MAX_ROUNDS + len(SAMPLES)):
        try:
            return ClinicFile.model_validate(content, context=context), places
        except ValidationError as reason:
            errors = {_place(error["loc"], content): error["type"] for error in reason.errors()}
        for place, kind in errors.items():
            if place not in tried and kind != "extra_forbidden":
                places.append(place)
            attempt = tried[place] = tried.get(place, -1) + 1
            parent = _at(place[:-1], content)
            if kind == "extra_forbidden" and isinstance(parent, dict):
                parent.pop(place[-1], None)
            elif attempt < len(SAMPLES) and _is_slot(parent, place[-1]):
                # A copy: the next round may repair an item of it.
                parent[place[-1]] = deepcopy(SAMPLES[attempt])
            elif isinstance(parent, dict) and place[-1] in parent:
                del parent[place[-1]]
            else:
                return None, places
    return None, places


def _place(path: Path, content: Any) -> Path:
    """The key or the item at fault, without pydantic's names of types."""
    for length in range(1, len(path)):
        if _at(path[:length], content) is None:
            return path[:length]
    return path


def _at(path: Path, content: Any) -> Any:
    for step in path:
        try:
            content = content[step]
        except (LookupError, TypeError):
            return None
    return content


def _is_slot(parent: Any, key: int | str) -> bool:
    return isinstance(parent, dict) or (
        isinstance(parent, list) and isinstance(key, int) and key < len(parent)
    )
