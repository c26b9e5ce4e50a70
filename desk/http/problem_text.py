"""Refusals of the use-cases in the reader's language."""

from booking.domain.errors import BookingError
from booking.i18n.texts import Texts

PROBLEM = "desk.problem."
"""The beginning of the keys of refusals; the name of the class follows."""


def problem_text(texts: Texts, refusal: BookingError) -> str:
    """The desk's text for this kind of refusal if there is one, else the refusal's own sentence."""
    key = PROBLEM + type(refusal).__name__
    return texts(key) if key in texts.texts else refusal.in_language(texts.language)
