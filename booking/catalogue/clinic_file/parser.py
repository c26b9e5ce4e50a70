"""A clinic's file, read and checked: all of it is right, or all its mistakes are reported at once."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from booking.catalogue.clinic_file.fields import SeveralMistakes
from booking.catalogue.clinic_file.logo import FOLDER
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.positions import line_numbers, line_of
from booking.catalogue.clinic_file.repair import repaired
from booking.catalogue.clinic_file.validation import KeyPath, Violation, Violations, validate_clinic_file
from booking.domain.error_text import describe_exception, did_you_mean, one_line


@dataclass(frozen=True)
class Mistake:
    """`path` reads like `services[dry-needling].duration`, items by slug or counted from 1."""

    path: str
    message: str
    line: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ClinicFileError(Exception):
    """The file can't be used; `mistakes` are all of them, in its order."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__("\n  ".join([f"{count} in the clinic's file", *map(_with_line, mistakes)]))


def _with_line(mistake: Mistake) -> str:
    return f"line {mistake.line}: {mistake}" if mistake.line else str(mistake)


S = TypeVar("S", bound=BaseModel)

FeatureSections = Mapping[str, type[BaseModel] | None]
"""The section of each feature that may be named, which stands in a table of its name; None: it has none."""
NO_SECTIONS: FeatureSections = {}


@dataclass(frozen=True)
class ParsedFile:
    """The clinic, and the settings of the features that it names, in its order."""

    clinic: ClinicFile
    features: Mapping[str, BaseModel | None]


def parse_clinic_file(text: str, *, folder: Path | None = None) -> ClinicFile:
    """The clinic of a file that names no features; `folder` has the files that it names.

    Raises:
        ClinicFileError: the file has mistakes.
    """
    return parse_with_features(text, folder=folder).clinic


def enabled_features(text: str) -> list[str]:
    """The names of features in a file that may have mistakes elsewhere.

    Raises:
        ClinicFileError: the text is not TOML.
    """
    names = _content(text).get("features")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def parse_with_features(
    text: str,
    sections: FeatureSections = NO_SECTIONS,
    *,
    absent: Collection[str] = (),
    folder: Path | None = None,
) -> ParsedFile:
    """The clinic and its features. Sections of `absent` features are not checked.

    `folder` has the files that the clinic's names; without it, to name one is a mistake.

    Raises:
        ClinicFileError: the file has mistakes.
    """
    content = _content(text)
    names = enabled_features(text)
    enabled = {name: section for name, section in sections.items() if name in names}
    # A missing table is checked like an empty one, so that its missing keys are reported with its name.
    content |= {name: {} for name, section in enabled.items() if section and name not in content}
    # The table of a feature that is not used stays for the day when it is; one that is missing is told below.
    unused = (sections.keys() | set(names)) - enabled.keys() - ClinicFile.model_fields.keys()
    skipped = {*absent, *unused, *enabled}
    violations: list[Violation] = [
        ((name,), f"the feature {name!r} has no settings")
        for name, section in enabled.items()
        if not section and name in content and name not in absent
    ]
    own = {key: value for key, value in content.items() if key not in skipped}
    context = {FOLDER: folder}
    clinic = _validate(ClinicFile, own, violations, context)
    features = {
        name: _validate(section, content[name], violations, context, name) if section else None
        for name, section in enabled.items()
    }
    if clinic:
        violations += [*_features(clinic, sections, absent), *validate_clinic_file(clinic)]
    else:
        violations += _rules_beside(own, context)
    if violations or not clinic:
        raise ClinicFileError(_in_order(violations, content, line_numbers(text.removeprefix("\ufeff"))))
    return ParsedFile(clinic, features)


def _validate(
    section: type[S], content: Any, violations: list[Violation], context: Mapping[str, Any], *path: str
) -> S | None:
    """None if there are mistakes, which are added to `violations`."""
    try:
        return section.model_validate(content, context=context)
    except ValidationError as reason:
        violations += [
            ((*path, *error["loc"]), message)
            for error in reason.errors()
            for message in _messages(error, section)
        ]
    except Exception as reason:  # a feature's own validator
        violations.append((path, f"could not be checked: {describe_exception(reason)}"))
    return None


LANGUAGE_MISTAKES = (" is missing", "one of the clinic's languages", "please give the text by language")


def _rules_beside(content: Any, context: Mapping[str, Any]) -> list[Violation]:
    """The rules that a file breaks where its structure is right: all mistakes are told in one round."""
    clinic, replaced = repaired(content, context)
    if clinic is None:
        return []
    sections = {path[:-1] for path in replaced}
    has_languages = not any(path[:1] == ("clinic",) for path in replaced)
    return [
        (path, message)
        for path, message in validate_clinic_file(clinic)
        # What a rule says of a sample, or of a key that it compares with one, is no mistake of the file.
        if path[:-1] not in sections
        and not any(path[: len(place)] == place for place in replaced)
        and (has_languages or not any(each in message for each in LANGUAGE_MISTAKES))
    ]


INSTALL = "; install its package, or take it out of `features`"


def _features(clinic: ClinicFile, sections: FeatureSections, absent: Collection[str]) -> Violations:
    known = [*sections, *absent]
    for index, name in enumerate(clinic.features):
        if name not in known:
            yield (
                ("features", index),
                f"no feature {name!r} is installed{did_you_mean(name, known) or INSTALL}",
            )
        elif name in clinic.features[:index]:
            yield ("features", index), f"{name!r} is named twice"


def _content(text: str) -> dict[str, Any]:
    try:
        # Some editors put an invisible mark at the beginning.
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as reason:  # ValueError: also a number of thousands of digits
        raise ClinicFileError([Mistake("", f"this is not TOML: {reason}")]) from reason


def _in_order(violations: list[Violation], content: Any, lines: Mapping[KeyPath, int]) -> list[Mistake]:
    """The mistakes in the file's order, each once."""
    ordered = sorted(violations, key=lambda violation: _position(violation[0], content))
    return list(
        dict.fromkeys(
            Mistake(_path_text(path, content), message, line_of(path, lines)) for path, message in ordered
        )
    )


def _position(path: KeyPath, content: Any) -> list[int]:
    """How many keys or items come before, at each level; a missing key comes last."""
    position = []
    for step in path:
        keys = list(content) if isinstance(content, dict) else []
        position.append(step if isinstance(step, int) else [*keys, step].index(step))
        content = _child(content, step)
    return position


def _path_text(path: KeyPath, content: Any) -> str:
    """Keys by name, items of a list by their slug or counted from 1."""
    text = ""
    for step in path:
        content = _child(content, step)
        if isinstance(step, int):
            slug = content.get("slug") if isinstance(content, dict) else None
            text += f"[{slug if isinstance(slug, str) else step + 1}]"
        elif content is not None or step == path[-1]:
            # A step that isn't in the file is pydantic's name for one of several types.
            text += f".{step}" if text else step
    return text


def _child(content: Any, step: int | str) -> Any:
    try:
        return content[step]
    except (LookupError, TypeError):
        return None


def _messages(error: Any, section: type[BaseModel]) -> Sequence[str]:
    reason = error.get("ctx", {}).get("error")
    return reason.messages if isinstance(reason, SeveralMistakes) else [_message(error, section)]


def _message(error: Any, section: type[BaseModel]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return one_line(context["error"])
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], section, error["input"])
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


def _unknown_key(path: KeyPath, section: type[BaseModel], value: object) -> str:
    hint = did_you_mean(str(path[-1]), _keys_at(path[:-1], section))
    if section is ClinicFile and len(path) == 1 and isinstance(value, dict):
        hint += " No installed feature has this name" if hint else "; no installed feature has this name"
    if not hint and (keys := _keys_at(path[:-1], section)):
        hint = f"; the keys here are {', '.join(sorted(keys))}"
    return f"unknown key{hint}"


def _keys_at(path: KeyPath, section: type[BaseModel]) -> list[str]:
    """The keys of the section at the path; none if several sections may stand there."""
    for step in path:
        kind = _fields(section).get(step)
        if kind is not None:  # else an index in a list, or a key of a table without a section
            inner = [each for each in (kind, *get_args(kind)) if _is_section(each)]
            if len(inner) != 1:
                return []
            section = inner[0]
    return list(map(str, _fields(section)))


def _fields(section: type[BaseModel]) -> dict[int | str, Any]:
    return {field.alias or name: field.annotation for name, field in section.model_fields.items()}


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
