"""Parts of error messages: an exception as one printable line, whose words it has, a name that was meant."""

import difflib
from collections.abc import Iterable

from booking.domain import errors

MAX_LINE_LENGTH = 500


def describe_exception(reason: BaseException) -> str:
    """The exception's class and text: `ValueError: no such day`."""
    text = one_line(reason)
    return f"{type(reason).__name__}: {text}" if text else type(reason).__name__


def one_line(reason: object) -> str:
    """Its text without line breaks and control characters; empty if its `__str__` raises."""
    try:
        text = "".join(letter if letter.isprintable() else " " for letter in str(reason))
    except BaseException:
        return ""
    return " ".join(text.split())[:MAX_LINE_LENGTH]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'services'?` for a name that is like a known one; otherwise empty."""
    near = near_name(name, known)
    return f"; did you mean {near!r}?" if near else ""


def near_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one is most like, if any is like it."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), None)


def is_worded_by_feature(refusal: errors.BookingError) -> bool:
    """Whether `message` is for the visitor; for a refusal of the core each page has words of its own."""
    kind = type(refusal)
    return kind in (errors.BookingError, errors.Declined) or kind.__module__ != errors.__name__
