"""Times and texts that several systems spell alike."""

import pytest

from booking.imports.clinic import Minutes
from booking.imports.errors import UnreadableImport
from booking.imports.values import minutes_of, one_line, plain_text, span_of


@pytest.mark.parametrize(
    ("opens", "closes", "span"),
    [
        ("09:00", "17:30", (540, 1050)),
        ("9:00:00", "17:30:00", (540, 1050)),
        ("1970-01-01T09:00:00.000Z", "1970-01-01T17:30:00.000Z", (540, 1050)),
        ("08:00", "23:59", (480, 1440)),
        ("08:00", "00:00", (480, 1440)),
        ("08:00", "24:00", (480, 1440)),
        ("00:00", "23:59", (0, 1440)),
        ("00:00", "00:00", None),
        ("12:00", "12:00", None),
        ("17:00", "09:00", None),
    ],
)
def test_stretches_of_a_day(opens: str, closes: str, span: Minutes | None) -> None:
    assert span_of(opens, closes) == span


@pytest.mark.parametrize("text", ["", "9", "25:00", "09:60", "nine", "09:00 PM"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnreadableImport, match="should be a time of a day"):
        minutes_of(text)


def test_markup_becomes_plain_text() -> None:
    text = "<p>One &amp; two<br>three</p><ul><li>Four</li></ul>\x00 2 < 3"

    assert plain_text(text) == "One & two\nthree\nFour\n2 < 3"
    assert one_line(text) == "One & two three Four 2 < 3"
