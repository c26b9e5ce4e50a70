"""A clinic's file, read and checked: all of it is right, or every mistake is told at once."""

import difflib
import tomllib
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from booking.clinic_file.check import check
from booking.clinic_file.shape import ClinicFile


@dataclass(frozen=True)
class Mistake:
    """`path` is where: `services[dry-needling].duration`, items by slug or counted from 1."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ClinicFileError(Exception):
    """The file can't be used; `mistakes` are all that is wrong with it, in its order."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__("\n  ".join([f"{count} in the clinic's file", *map(str, mistakes)]))


def read_clinic_file(text: str) -> ClinicFile:
    """Refuses with ClinicFileError."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as reason:
        raise ClinicFileError([Mistake("", f"this is not TOML: {reason}")]) from reason
    try:
        clinic = ClinicFile.model_validate(content)
    except ValidationError as reason:
        found = [Mistake(_path(error["loc"], content), _message(error)) for error in reason.errors()]
        raise ClinicFileError(list(dict.fromkeys(found))) from reason
    mistakes = [Mistake(_path(where, content), message) for where, message in check(clinic)]
    if mistakes:
        raise ClinicFileError(mistakes)
    return clinic


def _path(where: tuple[int | str, ...], content: Any) -> str:
    """Where in words: keys by name, items of a list by their slug or counted from 1."""
    path = ""
    for step in where:
        try:
            content = content[step]
        except (LookupError, TypeError):
            content = None
        if isinstance(step, int):
            slug = content.get("slug") if isinstance(content, dict) else None
            path += f"[{slug if isinstance(slug, str) else step + 1}]"
        elif content is not None or step == where[-1]:
            # A step that isn't there is the validator's own name for one of several shapes.
            path += f".{step}" if path else step
    return path


def _message(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]))
    if kind == "string_pattern_mismatch" and error["loc"][-1] in SLUGS:
        return f'{error["input"]!r} is no slug: small letters, digits and single hyphens, like "dry-needling"'
    return MESSAGES.get(kind, str(error["msg"])).format(**context, input=error["input"])


SLUGS = ("slug", "location", "kind", "requires")
MESSAGES = {
    "string_type": "must be a text in quotes",
    "string_pattern_mismatch": "{input!r} is not of the right form",
    "string_too_short": "must not be empty",
    "string_too_long": "must have {max_length} characters at most",
    "list_type": "must be a list, in [brackets]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "int_type": "must be a whole number",
    "too_short": "must have at least {min_length}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "enum": "must be {expected}",
    "date_type": "must be a date, like 2027-03-15 (without quotes)",
    "date_from_datetime_inexact": "must be a date, like 2027-03-15",
    "datetime_type": "must be a date, like 2027-03-15, or a date with a time (without quotes)",
    "url_parsing": "must be a web address, like https://example.com",
    "url_scheme": "must be a web address, like https://example.com",
}


def _keys(model: type[BaseModel]) -> set[str]:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    return keys.union(*(_keys(part) for part in model.__subclasses__())) if model.__subclasses__() else keys


def _unknown_key(key: str) -> str:
    near = difflib.get_close_matches(key, _keys(ClinicFile.__base__ or ClinicFile), n=1)
    return f"unknown key; did you mean {near[0]!r}?" if near else "unknown key"
