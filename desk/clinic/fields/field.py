"""A key of the clinic's file as a field of a form: read into the file's value, and shown from it.

What was typed stays in the content as it is, so that the one checker says what is wrong with it, and the form
shows it again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from booking.i18n.texts import Texts
from rendering.form import Form


class Absent:
    """The type of the value of a field that was left empty: its key is not in the content."""


ABSENT = Absent()
WHOLE = re.compile(r"[0-9]+")
MAX_LINE = 1000
MAX_TEXT = 20_000


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class Choices:
    """The clinic's languages, and the items of its lists by the name of the list in the file."""

    languages: Sequence[str] = ("en",)
    items: Mapping[str, Sequence[Choice]] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """`key` is that of the file; `template` the macro that draws it."""

    key: str
    is_required: bool
    template: ClassVar[str] = "line"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        """The file's value, or `ABSENT`."""
        text = form.get(name).strip()[:MAX_LINE]
        return text or ABSENT

    def shown(self, value: Any) -> Any:
        """The value as the template wants it; a value of None or `false` says that there is none."""
        return "" if value is None or value is False else str(value)

    def described(self, value: Any, texts: Texts) -> str:
        """The value in words, for the history."""
        return str(self.shown(value))


class Line(Field):
    """A text in one line."""


class Amount(Field):
    """A price: `110`, `110.5` or, as some languages write it, `110,50`."""

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        text = super().read(form, name, choices)
        if text is ABSENT:
            return text
        whole, _, cents = text.replace(",", ".").partition(".")
        return f"{whole}.{cents.ljust(2, '0')}" if WHOLE.fullmatch(whole + cents) else text


class Lines(Field):
    """A list of lines, as on an envelope."""

    template = "lines"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        lines = [line.strip() for line in form.get(name)[:MAX_TEXT].splitlines()]
        return [line for line in lines if line] or ABSENT

    def shown(self, value: Any) -> Any:
        return "\n".join(map(str, value or []))

    def described(self, value: Any, texts: Texts) -> str:
        return ", ".join(map(str, value or []))


class Words(Field):
    """A list of short words, with commas between them."""

    template = "line"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        words = [self.word(word.strip()) for word in form.get(name)[:MAX_LINE].split(",") if word.strip()]
        return words or self.empty

    empty: ClassVar[Any] = ABSENT

    def word(self, text: str) -> Any:
        return text

    def shown(self, value: Any) -> Any:
        return ", ".join(map(str, value or []))


class Numbers(Words):
    """A list of whole numbers; left empty, there are none."""

    empty: ClassVar[Any] = []

    def word(self, text: str) -> Any:
        return whole_number(text)


class Number(Field):
    """A whole number."""

    template = "number"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        text = super().read(form, name, choices)
        return text if text is ABSENT else whole_number(text)


class Check(Field):
    """Yes or no."""

    template = "check"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        return bool(form.get(name))

    def shown(self, value: Any) -> Any:
        return bool(value)

    def described(self, value: Any, texts: Texts) -> str:
        return texts("desk.clinic.yes") if value else texts("desk.clinic.no")


@dataclass(frozen=True)
class OneOf(Field):
    """One of a few values, whose texts are those of `kind` and the value."""

    values: Sequence[str] = ()
    kind: str = ""
    template: ClassVar[str] = "one_of"

    def described(self, value: Any, texts: Texts) -> str:
        return texts(f"desk.clinic.value.{self.kind}.{value}") if value in self.values else str(value or "")


@dataclass(frozen=True)
class OneItem(Field):
    """The slug of one item of a list of the clinic."""

    table: str = ""
    template: ClassVar[str] = "one_item"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        items = choices.items.get(self.table, [])
        return super().read(form, name, choices) if len(items) != 1 else items[0].value


@dataclass(frozen=True)
class Items(Field):
    """Slugs of items of a list of the clinic, in its order."""

    table: str = ""
    template: ClassVar[str] = "items"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        return form.all(name)

    def shown(self, value: Any) -> Any:
        return list(value or [])

    def described(self, value: Any, texts: Texts) -> str:
        return ", ".join(map(str, value or []))


@dataclass(frozen=True)
class Translated(Field):
    """A text in each language of the clinic."""

    is_long: bool = False
    template: ClassVar[str] = "translated"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        typed = {
            language: form.get(f"{name}.{language}").replace("\r\n", "\n").strip()[:MAX_TEXT]
            for language in choices.languages
        }
        return {language: text for language, text in typed.items() if text} or ABSENT

    def shown(self, value: Any) -> Any:
        """By language; of one text for all, under ""."""
        if value is None:
            return {}
        return {"": str(value)} if not isinstance(value, Mapping) else dict(value)

    def described(self, value: Any, texts: Texts) -> str:
        shown = self.shown(value)
        return str(shown.get(texts.language) or next(iter(shown.values()), ""))


def whole_number(text: str) -> int | str:
    """The number; what is none stays as it was typed."""
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 10 else text
