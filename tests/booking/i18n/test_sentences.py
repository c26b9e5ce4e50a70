"""A sentence is said in each language, with its parts, quotation marks and plurals."""

import pytest

from booking.i18n.locales import texts_for
from booking.i18n.sentences import InvalidValue, Sentence, quoted, sentence

ENGLISH, FRENCH = texts_for("en"), texts_for("fr")


@pytest.mark.parametrize(
    ("told", "english", "french"),
    [
        (sentence("check.wholeDays"), "must be whole days", "doit compter des jours entiers"),
        (sentence("check.tooLong", limit=600), "must have 600 characters at most", "au plus 600 caractères"),
        (sentence("check.noService", name=quoted("a\n")), "no service 'a\\n'", "«\xa0a\\n\xa0»"),
        (sentence("check.week.twice", day=sentence("check.weekday.mon")), "mon is given", "le lundi figure"),
        (sentence("check.length.day", n=1), "1 day", "1 jour"),
        (sentence("check.length.day", n=60), "60 days", "60 jours"),
        (sentence("check.length.h", n=60), "60 h", "60 h"),
    ],
)
def test_a_sentence_is_said_in_each_language(told: Sentence, english: str, french: str) -> None:
    assert english in told.in_words(ENGLISH) == str(told)
    assert french in told.in_words(FRENCH)


def test_a_number_or_a_list_has_no_quotation_marks_and_a_long_text_is_cut() -> None:
    assert quoted(7) == "7"
    assert quoted(["a"]) == "['a']"
    assert len(str(quoted("x" * 10_000))) < 500


def test_an_invalid_value_tells_the_english_sentence() -> None:
    assert str(InvalidValue("check.country", text=quoted("XX"))) == (
        "'XX' is no country; countries look like \"CA\""
    )
