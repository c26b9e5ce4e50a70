"""A clinic's file, read and checked: all of it is right, or all its mistakes are reported at once."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from booking.catalogue.clinic_file.images.file import FILES, FOLDER
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parsing.positions import line_numbers, line_of
from booking.catalogue.clinic_file.parsing.repair import repaired
from booking.catalogue.clinic_file.parsing.structure import structure_mistakes
from booking.catalogue.clinic_file.validation import KeyPath, Violation, Violations, validate_clinic_file
from booking.domain.error_text import describe_exception, near_name
from booking.i18n.sentences import Sentence, quoted, sentence
from booking.i18n.texts import Texts


@dataclass(frozen=True)
class Mistake:
    """`path` reads like `services[dry-needling].duration`, items by slug or counted from 1; `keys` are its
    steps, items counted from 0. `told` is a plain text where the validator of a feature says what is wrong.
    """

    path: str
    told: Sentence | str
    line: int | None = field(default=None, compare=False)
    keys: KeyPath = field(default=(), compare=False)

    @property
    def message(self) -> str:
        """As `book-online check` has it."""
        return str(self.told)

    def in_words(self, texts: Texts) -> str:
        """The message in the language of the texts."""
        return self.told.in_words(texts) if isinstance(self.told, Sentence) else self.told

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


AnyViolation = tuple[KeyPath, Sentence | str]
"""A violation, also one that a feature tells in plain text."""
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
    violations: list[AnyViolation] = [
        ((name,), sentence("check.feature.noSettings", name=quoted(name)))
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


def parse_content(content: Mapping[str, Any], files: Mapping[str, bytes]) -> ClinicFile:
    """The clinic of tables, lists and values as TOML has them; `files` are those that it may name.

    Raises:
        ClinicFileError: the content has mistakes.
    """
    violations: list[AnyViolation] = []
    context = {FILES: files}
    clinic = _validate(ClinicFile, content, violations, context)
    violations += validate_clinic_file(clinic) if clinic else _rules_beside(content, context)
    if violations or not clinic:
        raise ClinicFileError(_in_order(violations, content, {}))
    return clinic


def _validate(
    section: type[S], content: Any, violations: list[AnyViolation], context: Mapping[str, Any], *path: str
) -> S | None:
    """None if there are mistakes, which are added to `violations`."""
    try:
        return section.model_validate(content, context=context)
    except ValidationError as reason:
        violations += [
            ((*path, *error["loc"]), told)
            for error in reason.errors()
            for told in structure_mistakes(error, section)
        ]
    except Exception as reason:  # a feature's own validator
        violations.append((path, sentence("check.feature.failed", reason=describe_exception(reason))))
    return None


LANGUAGE_MISTAKES = {"check.languages.missing", "check.languages.surplus", "check.languages.several"}


def _rules_beside(content: Any, context: Mapping[str, Any]) -> list[Violation]:
    """The rules that a file breaks where its structure is right: all mistakes are told in one round."""
    clinic, replaced = repaired(content, context)
    if clinic is None:
        return []
    sections = {path[:-1] for path in replaced}
    has_languages = not any(path[:1] == ("clinic",) for path in replaced)
    return [
        (path, told)
        for path, told in validate_clinic_file(clinic)
        # What a rule says of a sample, or of a key that it compares with one, is no mistake of the file.
        if path[:-1] not in sections
        and not any(path[: len(place)] == place for place in replaced)
        and (has_languages or told.key not in LANGUAGE_MISTAKES)
    ]


def _features(clinic: ClinicFile, sections: FeatureSections, absent: Collection[str]) -> Violations:
    known = [*sections, *absent]
    for index, name in enumerate(clinic.features):
        if name not in known:
            near = near_name(name, known)
            yield (
                ("features", index),
                sentence("check.feature.near", name=quoted(name), near=quoted(near))
                if near
                else sentence("check.feature.missing", name=quoted(name)),
            )
        elif name in clinic.features[:index]:
            yield ("features", index), sentence("check.namedTwice", name=quoted(name))


def _content(text: str) -> dict[str, Any]:
    try:
        # Some editors put an invisible mark at the beginning.
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as reason:  # ValueError: also a number of thousands of digits
        raise ClinicFileError([Mistake("", sentence("check.toml", reason=str(reason)))]) from reason


def _in_order(violations: list[AnyViolation], content: Any, lines: Mapping[KeyPath, int]) -> list[Mistake]:
    """The mistakes in the file's order, each once."""
    ordered = sorted(violations, key=lambda violation: _position(violation[0], content))
    return list(
        dict.fromkeys(
            Mistake(_path_text(path, content), told, line_of(path, lines), tuple(path))
            for path, told in ordered
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
