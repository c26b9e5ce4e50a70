"""The sentences about mistakes of structure, which pydantic finds."""

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel

from booking.catalogue.clinic_file.hours.weeks import SeveralMistakes
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.validation import KeyPath
from booking.domain.error_text import near_name, one_line
from booking.i18n.sentences import InvalidValue, Sentence, quoted, sentence

SENTENCES = {
    "missing": "check.missing",
    "string_type": "check.string",
    "string_too_short": "check.empty",
    "list_type": "check.list",
    "dict_type": "check.table",
    "model_type": "check.table",
    "int_type": "check.int",
    "bool_type": "check.bool",
}
LIMITS = {
    "string_too_long": ("check.tooLong", "max_length"),
    "too_short": ("check.fewItems", "min_length"),
    "too_long": ("check.manyItems", "max_length"),
    "greater_than_equal": ("check.least", "ge"),
    "less_than_equal": ("check.most", "le"),
}
"""The key of the sentence about each kind of mistake of pydantic, and the limit that it names."""


def structure_mistakes(error: Any, section: type[BaseModel]) -> Sequence[Sentence | str]:
    """The sentences about an error of pydantic; those of a feature's own validator are plain texts."""
    reason = error.get("ctx", {}).get("error")
    return reason.sentences if isinstance(reason, SeveralMistakes) else [_sentence(error, section)]


def _sentence(error: Any, section: type[BaseModel]) -> Sentence | str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        reason = context["error"]
        return reason.sentence if isinstance(reason, InvalidValue) else one_line(reason)
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], section, error["input"])
    if kind == "enum":
        others, _, last = context["expected"].rpartition(" or ")
        return sentence("check.enum", others=others, last=last)
    if kind.startswith("url_"):
        return sentence("check.url")
    if kind in LIMITS:
        key, limit = LIMITS[kind]
        return sentence(key, limit=context[limit])
    return sentence(SENTENCES[kind]) if kind in SENTENCES else one_line(error["msg"])


def _unknown_key(path: KeyPath, section: type[BaseModel], value: object) -> Sentence:
    known = _keys_at(path[:-1], section)
    near = near_name(str(path[-1]), known)
    if section is ClinicFile and len(path) == 1 and isinstance(value, dict):
        if near:
            return sentence("check.unknownTable.near", near=quoted(near))
        return sentence("check.unknownTable")
    if near:
        return sentence("check.unknownKey.near", near=quoted(near))
    if known:
        return sentence("check.unknownKey.others", keys=", ".join(sorted(known)))
    return sentence("check.unknownKey")


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
