"""Keeps patients' contact details out of the log: an exception of a feature may quote them."""

import re
import traceback
from collections.abc import Iterator

from booking.domain.contact import Contact
from booking.domain.hookspecs import PermanentFailure, TemporaryFailure

MIN_WORD = 3
"""Shorter parts of a name are in many words."""
PHONE_DIGITS = 7
"""So many last digits tell a number in whichever way it is written."""


class FailedFor(Exception):
    """Logged in place of an exception whose text, or that of a cause, names the patient."""


def without_contact(reason: Exception, contact: Contact) -> Exception:
    """The exception itself, or one to log instead where its text or that of a cause names the patient.

    That one is a failure of the same kind, with the same traceback.
    """
    text = "\n".join(_texts(reason, set())).casefold()
    if not _names(text, contact):
        return reason
    kinds = (PermanentFailure, TemporaryFailure, FailedFor)
    kind = next((kind for kind in kinds if isinstance(reason, kind)), FailedFor)
    failure = kind(f"{type(reason).__name__}, whose text is not logged because it names the patient")
    return failure.with_traceback(reason.__traceback__)


def _texts(reason: BaseException | None, seen: set[int]) -> Iterator[str]:
    """Of the exception, its causes and its parts, with their notes."""
    if reason is None or id(reason) in seen:
        return
    seen.add(id(reason))
    yield from traceback.format_exception_only(reason)
    parts = reason.exceptions if isinstance(reason, BaseExceptionGroup) else ()
    for other in (reason.__cause__, reason.__context__, *parts):
        yield from _texts(other, seen)


def _names(text: str, contact: Contact) -> bool:
    number = re.sub(r"\D", "", contact.phone.partition(";")[0])[-PHONE_DIGITS:]
    words = [word for word in re.split(r"\W+", contact.name.casefold()) if len(word) >= MIN_WORD]
    words += [contact.name.casefold(), contact.email.casefold()]
    is_called = any(word and word in text for word in words)
    return is_called or (number != "" and number in re.sub(r"[^\w\n]", "", text))
