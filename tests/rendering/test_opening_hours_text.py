"""Opening hours as people write them."""

import pytest

from booking.i18n.locales import texts_for
from rendering.opening_hours_text import opening_hours_text

WEEK = [(day, 420, 1140) for day in range(5)]


@pytest.mark.parametrize(
    ("hours", "language", "words"),
    [
        ([], "en", []),
        (WEEK, "en", [("Monday to Friday", "7:00 a.m. to 7:00 p.m.")]),
        (WEEK, "fr", [("Du lundi au vendredi", "7 h à 19 h")]),
        ([(5, 545, 750)], "en", [("Saturday", "9:05 a.m. to 12:30 p.m.")]),
        ([(5, 545, 750)], "fr", [("Samedi", "9 h 05 à 12 h 30")]),
        (
            [(0, 480, 720), (0, 780, 1020), (2, 480, 720), (2, 780, 1020)],
            "en",
            [
                ("Monday", "8:00 a.m. to 12:00 p.m., 1:00 p.m. to 5:00 p.m."),
                ("Wednesday", "8:00 a.m. to 12:00 p.m., 1:00 p.m. to 5:00 p.m."),
            ],
        ),
        ([(6, 0, 1440)], "en", [("Sunday", "12:00 a.m. to 12:00 a.m.")]),
    ],
)
def test_days_with_the_same_hours_are_one_line(
    hours: list[tuple[int, int, int]], language: str, words: list[tuple[str, str]]
) -> None:
    assert opening_hours_text(hours, texts_for(language)) == words
