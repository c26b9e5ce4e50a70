"""Items within a section, as rows of fields: certificates, hours by location, closures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from booking.i18n.texts import Texts
from desk.clinic.fields.field import ABSENT, Check, Choices, Field, OneItem, OneOf
from rendering.form import Form

REMOVE = "remove"
MAX_ROWS = 100


@dataclass(frozen=True)
class Rows(Field):
    """A list of tables. A row in which nothing was typed is none, nor one that is marked to be removed."""

    fields: Sequence[Field] = ()
    template: ClassVar[str] = "rows"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        rows = []
        for number in _numbers(form, name):
            row = read_fields(self.fields, form, choices, prefix=f"{name}.{number}.")
            if not form.get(f"{name}.{number}.{REMOVE}") and self._is_filled(row):
                rows.append(row)
        return rows or ABSENT

    def _is_filled(self, row: Mapping[str, Any]) -> bool:
        chosen = {field.key for field in self.fields if isinstance(field, OneOf | OneItem | Check)}
        return bool(row.keys() - chosen)

    def shown(self, value: Any) -> Any:
        return [{field.key: field.shown(row.get(field.key)) for field in self.fields} for row in value or []]

    def described(self, value: Any, texts: Texts) -> str:
        return "; ".join(
            ", ".join(filter(None, (field.described(row.get(field.key), texts) for field in self.fields)))
            for row in value or []
        )


def read_fields(fields: Sequence[Field], form: Form, choices: Choices, *, prefix: str = "") -> dict[str, Any]:
    """The content of a section, as it was typed."""
    values = {field.key: field.read(form, prefix + field.key, choices) for field in fields}
    return {key: value for key, value in values.items() if value is not ABSENT}


def _numbers(form: Form, name: str) -> list[int]:
    """Of the rows that were sent, in the form's order."""
    numbers = {}
    for field, _ in form.pairs:
        number, dot, _ = field.removeprefix(f"{name}.").partition(".")
        if field.startswith(f"{name}.") and dot and number.isdecimal() and len(number) < 5:
            numbers[int(number)] = True
    return [*numbers][:MAX_ROWS]
