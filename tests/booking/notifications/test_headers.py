"""A mail's headers and HTML, and what must never be in it."""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape

import pytest

from booking.domain.screening import Answer
from booking.encryption.cipher import Place
from booking.i18n.locales import texts_for
from booking.notifications.smtp import PermanentMailFailure, mail_server_from
from booking.storage.database import Database
from booking.storage.models.appointments import Patient
from booking.storage.models.catalogue.services import ScreeningQuestion
from tests.booking.notifications.bookings import (
    EVENT,
    SampleBooking,
    calendar_of,
    html_of,
    make_booking,
    text_of,
)
from tests.booking.notifications.mailbox import mailbox
from tests.booking.patients.stored_contacts import topics_of
from tests.support.clinics import NOW, edit_file, open_clinic
from tests.support.graphql_client import shows_phone

TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


def as_read(mail: EmailMessage) -> EmailMessage:
    """As it is on the other side of the wire."""
    return message_from_bytes(mail.as_bytes(), policy=default)


async def renamed(booking: SampleBooking, name: str) -> SampleBooking:
    """With a name that no form would let through."""
    async with booking.database.write() as session:
        patient = await session.get_one(Patient, booking.appointments[0].patient)
        assert patient.data_key is not None
        key = (await session.data_keys.keys_by_id([patient.data_key]))[patient.data_key]
        assert key is not None
        patient.name = key.encrypt(name, Place("patients.name", patient.id))
    return booking


async def test_the_headers_mark_a_mail_as_automatic(clinic: Database) -> None:
    read = as_read(await (await make_booking(clinic, TUESDAY)).mail())

    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Content-Language"] == "en"
    assert read["Date"].datetime == NOW
    assert read["Reply-To"] == "Sample Health Services <reception@example.com>"
    assert read["From"] is None
    assert read.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in read.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("https://booking.example.com", "booking.example.com"),
        ("http://localhost:8000/", "localhost"),
        ("http://[::1]:8000", "[::1]"),
        ("https://bücher.example.com", "xn--bcher-kva.example.com"),
    ],
)
async def test_a_repeat_has_the_same_message_id(clinic: Database, site: str, host: str) -> None:
    booking = await make_booking(clinic, TUESDAY)

    first, second = await booking.mail(site=site), await booking.mail(site=site)

    assert as_read(first)["Message-ID"] == as_read(second)["Message-ID"] == f"<{EVENT}@{host}>"
    assert f"\n{site.rstrip('/')}/manage?lang=en#{booking.token}\n" in text_of(first)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sample Patient", "Sample Patient"),
        ("محمد بن عبد الله", "محمد بن عبد الله"),
        ("Zoë D’Arcy-Müller", "Zoë D’Arcy-Müller"),
        ('Sample "Sam" Patient, Jr.', "Sample Sam Patient Jr"),
        ("Sample\r\nBcc: other@example.com\r\n\r\nPatient", "Sample Bcc other example com Patient"),
        ("<other@example.com>, Patient", "other example com Patient"),
        ("=?utf-8?q?other=40example=2Ecom=2C?= Patient", "utf-8 q other 40example 2Ecom 2C Patient"),
        ("Sample\u202e\u2028 Patient", "Sample Patient"),
        (", \r\n", ""),
    ],
)
async def test_special_characters_in_a_name_add_no_recipient_and_no_header(
    clinic: Database, name: str, shown: str
) -> None:
    booking = await renamed(await make_booking(clinic, TUESDAY), name)

    read = as_read(await booking.mail())

    assert [(to.display_name, to.addr_spec) for to in read["To"].addresses] == [
        (shown, "patient@example.com")
    ]
    assert read["Bcc"] is None


@pytest.mark.parametrize("piece", ["other@example.com, ", "Émile, other@example.com; ", "ف"])
async def test_a_long_name_adds_no_recipient(clinic: Database, piece: str) -> None:
    booking = await renamed(await make_booking(clinic, TUESDAY), piece * 40)

    read = as_read(await booking.mail())

    assert [to.addr_spec for to in read["To"].addresses] == ["patient@example.com"]


async def test_an_internationalised_domain_is_written_as_servers_know_it(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY, email="patient@bücher.example.com")

    assert as_read(await booking.mail())["To"] == "Sample Patient <patient@xn--bcher-kva.example.com>"


async def test_a_mail_passes_through_servers_that_take_only_7_bits(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY, language="fr", name="Zoë Müller")

    raw = (await booking.mail()).as_bytes()

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")


async def test_the_html_part_has_the_same_content_as_the_text_part(clinic: Database) -> None:
    mail = await (await make_booking(clinic, TUESDAY, language="fr")).mail()

    html = html_of(mail)
    words = {word for line in text_of(mail).splitlines() for word in line.split()}
    shown = unescape(re.sub(r"<[^>]+>", " ", html)) + " ".join(re.findall(r'href="([^"]+)"', html))
    assert len(words) > 80
    # A list's names have no colons, and the service stands on the card's stub, without a name.
    assert {word for word in words if word not in shown} - {":"} == {texts_for("fr")("summary.what")}


async def test_the_html_part_loads_no_resource_and_runs_no_script(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    html = html_of(await booking.mail())

    assert re.findall(r'href="([^"]+)"', html) == [
        f"https://booking.example.com/manage?lang=en#{booking.token}",
        "tel:+14165451881",
    ]
    assert re.findall(r"<(?:img|script|link|iframe|style)\b|src=|url\(|@import", html) == []


async def test_html_in_the_clinics_texts_is_only_text(clinic: Database) -> None:
    evil = "</dd><script>alert(1)</script>&amp;\"'"
    escaped = "&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&#34;&#39;"
    edits = {
        '"Sample Health Services"': json.dumps(evil),
        '"Physiotherapy assessment"': json.dumps(evil),
        'name = "Sample Practitioner A"': f"name = {json.dumps(evil)}",
        '"1 Main Street, Suite 100"': json.dumps(evil),
        '"Bring any reports or images that you have."': json.dumps(evil),
    }
    await open_clinic(clinic, edit_file(edits))

    mail = await (await make_booking(clinic, TUESDAY)).mail()

    assert html_of(mail).count(escaped) == len(edits)
    assert "<script" not in html_of(mail)
    assert text_of(mail).count(evil) == len(edits)


async def test_no_answer_and_no_question_is_ever_in_a_mail(clinic: Database) -> None:
    tuesday = datetime(2026, 12, 1, 15, tzinfo=UTC)
    answers = {"needle-fear": Answer.YES, "metal-allergy": Answer.YES}
    booking = await make_booking(clinic, tuesday, service="dry-needling", answers=answers)
    topics = await topics_of(clinic, booking.appointments[0].id)
    assert set(topics) == {"needle-fear", "metal-allergy"}
    async with clinic.read() as session:
        questions = [await session.get_one(ScreeningQuestion, slug) for slug in answers]

    mail = await booking.mail()

    everything = "\n".join([*mail.values(), text_of(mail), html_of(mail), calendar_of(mail)])
    assert "Dry needling, first visit" in everything
    for question in questions:
        for secret in (question.slug, question.text["en"], (question.why or {})["en"]):
            assert secret not in everything
    assert re.findall(r"fear|afraid|allerg|metal|screening|answer", everything, re.IGNORECASE) == []


async def test_the_subject_does_not_name_the_treatment(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    mail = await booking.mail()

    assert "Physiotherapy assessment" in text_of(mail)
    assert "physio" not in mail["Subject"].lower()


async def test_nothing_that_the_visitor_typed_is_in_the_mail(clinic: Database) -> None:
    mail = await (await make_booking(clinic, TUESDAY, name="Win Money At Evil Example")).mail()

    assert mail["To"].addresses[0].display_name == "Win Money At Evil Example"
    parts = (text_of(mail), html_of(mail), mail["Subject"])
    for part in (*parts, calendar_of(mail)):
        assert "Win Money" not in part
        assert not shows_phone(part)
    # A calendar knows by the address whose invitation it is.
    assert all("patient@example.com" not in part for part in parts)


async def test_a_user_name_that_is_not_ascii_is_no_reason_to_try_again(clinic: Database) -> None:
    mail = await (await make_booking(clinic, TUESDAY, email="josé@example.com")).mail()

    async with mailbox() as box:
        with pytest.raises(PermanentMailFailure) as failure:
            await mail_server_from(box.url, "Sample Clinic <bookings@example.com>").send(mail)

    assert "josé" not in str(failure.value)
    assert box.messages == []


async def test_an_international_domain_is_taken_by_any_server(clinic: Database) -> None:
    mail = await (await make_booking(clinic, TUESDAY, email="patient@bücher.example")).mail()

    async with mailbox() as box:
        await mail_server_from(box.url, "Sample Clinic <bookings@example.com>").send(mail)

    assert box.recipients == [["patient@xn--bcher-kva.example"]]
