"""The lines of the numbers, as the page's tables and the file for spreadsheets both have them."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.agenda.figures import Figures, Fill
from booking.agenda.numbers import Numbers
from booking.domain.translations import in_language
from booking.i18n.texts import Texts

SOURCE = "desk.numbers.source."
"""The beginning of the keys of the ways of booking."""


@dataclass(frozen=True)
class Line:
    """`fill` is None where there are no hours to fill: of services and sources."""

    name: str
    figures: Figures
    fill: Fill | None = None


@dataclass(frozen=True)
class Group:
    """`kind` is `practitioner`, `service` or `source`."""

    kind: str
    lines: Sequence[Line]


def groups_of(numbers: Numbers, texts: Texts) -> Sequence[Group]:
    """By practitioner, service and source, with names in the reader's language."""
    return [
        Group("practitioner", [Line(each.name, each.figures, each.fill) for each in numbers.practitioners]),
        Group(
            "service",
            [Line(in_language(each.name, texts.language), each.figures) for each in numbers.services],
        ),
        Group(
            "source",
            [Line(texts(SOURCE + each.source), each.figures) for each in numbers.sources],
        ),
    ]
