"""Sentences that each reader gets in a language of their own: the key of a text, and its values."""

from dataclasses import dataclass
from typing import Union

from booking.i18n.locales import FALLBACK, locales
from booking.i18n.texts import Texts

MAX_QUOTED = 400


@dataclass(frozen=True)
class Sentence:
    """Its `str()` is in the fallback's language. A value may be a part that has a text of its own."""

    key: str
    values: tuple[tuple[str, Union[str, int, "Sentence"]], ...] = ()

    def in_words(self, texts: Texts) -> str:
        """In the language of the texts; by the number `n`, where the text has a form for each plural."""
        values = {
            name: value.in_words(texts) if isinstance(value, Sentence) else value
            for name, value in self.values
        }
        n = values.pop("n", None)
        if isinstance(n, int) and f"{self.key}.other" in texts.texts:
            return texts.count(self.key, n, **values)
        return texts(self.key, **values if n is None else values | {"n": n})

    def __str__(self) -> str:
        return self.in_words(locales()[FALLBACK])


def sentence(key: str, **values: str | int | Sentence) -> Sentence:
    return Sentence(key, tuple(values.items()))


def quoted(value: object) -> Sentence | str:
    """What somebody wrote, in the quotation marks of the language; a number or a list as Python writes it."""
    text = repr(value)
    if not isinstance(value, str):
        return _shortened(text)
    return sentence("check.quoted", text=_shortened(text[1:-1]))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


class InvalidValue(ValueError):
    """A value that can't be taken, with the `sentence` that says why."""

    def __init__(self, key: str, **values: str | int | Sentence) -> None:
        self.sentence = sentence(key, **values)
        super().__init__(key)

    def __str__(self) -> str:
        return str(self.sentence)
