"""A mail's subject on its way through folded, encoded lines."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from hypothesis import example, given
from hypothesis import strategies as st

from booking.notifications.message import POLICY


@given(st.lists(st.text("aé\N{NO-BREAK SPACE},;:?=_’", min_size=1, max_size=40), min_size=1, max_size=9))
@example(["Votre visite est annulée : mardi 8 décembre, 10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00"])
def test_a_subject_arrives_as_it_was_written(words: list[str]) -> None:
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = " ".join(words)

    assert message_from_bytes(mail.as_bytes(), policy=default)["Subject"] == " ".join(words)
    assert mail.as_bytes().isascii()
