"""A clinic's file, read and checked: all of it is right, or every mistake is told at once."""

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from booking.catalogue.clinic_file.model import ClinicFile
from booking.catalogue.clinic_file.validation import validate_clinic_file
from booking.domain.error_text import describe_exception, one_line


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


Violation = tuple[tuple[int | str, ...], str]
"""Where (keys and list indexes), and what is wrong there."""

P = TypeVar("P", bound=BaseModel)

FeatureSections = Mapping[str, type[BaseModel] | None]
"""Of the features that may be named: what each may say in its own table of the file, if anything."""
NO_SECTIONS: FeatureSections = {}


@dataclass(frozen=True)
class ParsedFile:
    """The clinic, and the settings of the features that it names, in its order."""

    clinic: ClinicFile
    features: Mapping[str, BaseModel | None]


def parse_clinic_file(text: str) -> ClinicFile:
    """A file that names no features. Refuses with ClinicFileError."""
    return parse_with_features(text).clinic


def enabled_features(text: str) -> list[str]:
    """As far as that can be told of a file that wasn't checked yet."""
    named = _content(text).get("features")
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def parse_with_features(
    text: str, parts: FeatureSections = NO_SECTIONS, *, absent: Collection[str] = ()
) -> ParsedFile:
    """What is said of `absent` features is not looked at. Refuses with ClinicFileError."""
    content = _content(text)
    named = enabled_features(text)
    others = {name: part for name, part in parts.items() if name in named}
    # A table that isn't there is an empty one, so that what is missing in it is told with its name.
    content |= {name: {} for name, part in others.items() if part and name not in content}
    skipped = {*absent, *(name for name, part in others.items() if part)}
    found: list[Violation] = []
    clinic = _validate(
        ClinicFile, {key: value for key, value in content.items() if key not in skipped}, found
    )
    features = {
        name: _validate(part, content[name], found, name) if part else None for name, part in others.items()
    }
    if clinic:
        found += [*_features(clinic, parts, absent), *validate_clinic_file(clinic)]
    if found or not clinic:
        raise ClinicFileError(_in_order(found, content))
    return ParsedFile(clinic, features)


def _validate(part: type[P], content: Any, found: list[Violation], *where: str) -> P | None:
    """None if there are mistakes; these are added to what was found."""
    try:
        return part.model_validate(content)
    except ValidationError as reason:
        found += [((*where, *error["loc"]), _message(error, part)) for error in reason.errors()]
    except Exception as reason:  # a feature's own check
        found.append((where, f"could not be checked: {describe_exception(reason)}"))
    return None


def _features(clinic: ClinicFile, parts: FeatureSections, absent: Collection[str]) -> Iterator[Violation]:
    known = [*parts, *absent]
    for place, name in enumerate(clinic.features):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield ("features", place), f"no feature {name!r} is installed{hint}"
        elif name in clinic.features[:place]:
            yield ("features", place), f"{name!r} is named twice"


def _content(text: str) -> dict[str, Any]:
    try:
        # Some editors put an invisible mark at the beginning.
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as reason:  # ValueError: also a number of thousands of digits
        raise ClinicFileError([Mistake("", f"this is not TOML: {reason}")]) from reason


def _in_order(found: list[Violation], content: Any) -> list[Mistake]:
    """As they stand in the file, each once."""
    in_file = sorted(found, key=lambda mistake: _position(mistake[0], content))
    return list(dict.fromkeys(Mistake(_path(where, content), message) for where, message in in_file))


def _position(where: tuple[int | str, ...], content: Any) -> list[int]:
    """How many keys or items come before, at each level; a key that is missing comes last."""
    position = []
    for step in where:
        keys = list(content) if isinstance(content, dict) else []
        position.append(step if isinstance(step, int) else [*keys, step].index(step))
        try:
            content = content[step]
        except (LookupError, TypeError):
            content = None
    return position


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


def _message(error: Any, part: type[BaseModel]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return one_line(context["error"])
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], part, error["input"])
    if kind.startswith("url_"):
        return "must be a web address, like https://example.com"
    return MESSAGES[kind].format(**context) if kind in MESSAGES else one_line(error["msg"])


MESSAGES = {
    "string_type": "must be a text in quotes",
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
}


def _unknown_key(where: tuple[int | str, ...], part: type[BaseModel], said: object) -> str:
    near = difflib.get_close_matches(str(where[-1]), _keys_at(where[:-1], part), n=1)
    if near:
        return f"unknown key; did you mean {near[0]!r}?"
    is_table = part is ClinicFile and len(where) == 1 and isinstance(said, dict)
    return "unknown key; if it is a feature, name it in `features`" if is_table else "unknown key"


def _keys_at(where: tuple[int | str, ...], part: type[BaseModel]) -> list[str]:
    """What may be said there."""
    for step in where:
        kind = _fields(part).get(step)
        if kind is not None:  # else an item of a list, or what somebody named in a table
            inner = [one for one in (kind, *get_args(kind)) if _is_part(one)]
            if len(inner) != 1:
                return []
            part = inner[0]
    return list(map(str, _fields(part)))


def _fields(part: type[BaseModel]) -> dict[int | str, Any]:
    return {field.alias or name: field.annotation for name, field in part.model_fields.items()}


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
