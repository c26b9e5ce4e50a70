"""Every kind of mail and text message that the program can send has a sample, for people to look at."""

import json
import re
from pathlib import Path

import pytest

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.domain.events import EventKind
from booking.i18n.locales import FOLDER
from booking.notifications.context import NEVER_MAILED
from booking.notifications.samples.catalogue import catalogue_of_file
from booking.notifications.samples.registry import SAMPLE_MAILS, Audience
from booking.notifications.staff.net_change import KINDS
from booking.sms.samples import sample_texts
from booking.sms.segments import in_gsm_7
from tests.support.clinics import NOW, SAMPLE

ROOT = Path(__file__).parents[3]
ROOMS = ("booking", "desk", "feeds", "graphql_api", "rendering", "web")


def events_with_samples(audience: Audience) -> set[EventKind]:
    return {sample.event for sample in SAMPLE_MAILS.values() if sample.audience is audience}


def test_each_event_that_patients_or_staff_are_mailed_about_has_a_sample() -> None:
    assert events_with_samples(Audience.PATIENTS) == set(EventKind) - set(NEVER_MAILED)
    assert events_with_samples(Audience.STAFF) == set(KINDS)


def test_mails_and_text_messages_are_made_where_the_samples_come_from() -> None:
    """Another place that makes one needs a sample, and a line here."""
    makers = {
        str(file.relative_to(ROOT)): re.findall(r"(?<!class )\b(EmailMessage|OutboundSms)\(", source)
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if (source := file.read_text("utf-8"))
    }

    assert {file: made for file, made in makers.items() if made} == {
        "booking/notifications/message.py": ["EmailMessage"],
        "booking/notifications/staff/mail.py": ["EmailMessage"],
        "booking/sms/listener.py": ["OutboundSms"],
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_words_of_text_messages_are_in_a_sample(language: str) -> None:
    catalogue = catalogue_of_file(parse_clinic_file(SAMPLE))
    texts = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))["server"]
    samples = sample_texts(catalogue.clinic, catalogue.services.values(), language, now=NOW)

    words = {
        key: [in_gsm_7(part).strip() for part in re.split(r"\{\w+\}", text)]
        for key, text in texts.items()
        if key.startswith("sms.")
    }

    assert len(words) >= 9
    for key, parts in words.items():
        assert any(all(part in sample.text for part in parts) for sample in samples), key
