"""An exception that names a patient is logged without its text, and stays the failure that it is."""

import pytest

from booking.domain.contact import Contact
from booking.domain.hookspecs import PermanentFailure, TemporaryFailure
from booking.extensions.contact_in_errors import without_contact

PATIENT = Contact("Zoë O'Zebra Wu", "zebra@example.com", "+14165550177;ext=4")


class OwnTemporaryFailure(TemporaryFailure):
    """Of a feature."""


def caused_by(cause: BaseException) -> Exception:
    reason = RuntimeError("the address book is closed")
    reason.__cause__ = cause
    return reason


def raised(reason: Exception) -> Exception:
    try:
        raise reason
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    "reason",
    [
        ValueError("ZEBRA is unknown"),
        ValueError("Zoë is unknown"),
        KeyError("Zebra@Example.com"),
        RuntimeError(f"no rule for {PATIENT}"),
        TemporaryFailure("call (416) 555-0177"),
        OwnTemporaryFailure("416.555.0177 is busy"),
        PermanentFailure("+1 416 555 01 77"),
        caused_by(KeyError("zebra@example.com")),
        caused_by(ExceptionGroup("several", [ValueError("Zoë O'Zebra Wu")])),
    ],
    ids=repr,
)
def test_a_text_that_names_the_patient_is_left_out(reason: Exception) -> None:
    logged = without_contact(raised(reason), PATIENT)
    assert str(logged) == f"{type(reason).__name__}, whose text is not logged because it names the patient"
    assert (logged.__cause__, logged.__context__) == (None, None)
    assert logged.__traceback__ is reason.__traceback__ is not None
    for kind in (TemporaryFailure, PermanentFailure):
        assert isinstance(logged, kind) == isinstance(reason, kind)


@pytest.mark.parametrize(
    "reason", [ValueError("no such day"), caused_by(KeyError("wu")), RuntimeError()], ids=repr
)
def test_any_other_exception_is_logged_as_it_is(reason: Exception) -> None:
    assert without_contact(raised(reason), PATIENT) is reason
