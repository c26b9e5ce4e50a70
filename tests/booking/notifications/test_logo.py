"""The clinic's logo in the mails to patients: inside the mail, for all replicas, and nothing else changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from pathlib import Path

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy.exc import IntegrityError

from booking.appointments.load import load_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.notifications.samples.catalogue import catalogue_of_database
from booking.notifications.samples.registry import SampleRequest, parts_of, sample_mail
from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import MailLogo
from tests.booking.catalogue.clinic_file.images import jpeg, png
from tests.booking.notifications.bookings import SITE, SampleBooking, calendar_files, html_of, make_booking
from tests.support.clinics import NOW, SAMPLE, edit_file
from tests.support.databases import open_database

TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
WITH_LOGO = edit_file({"[[locations]]": '[mails]\nlogo = "logo"\n\n[[locations]]'})


@pytest.fixture
async def replica(database: Database, database_url: str) -> AsyncIterator[Database]:
    """Another server of the same clinic."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


async def load(database: Database, folder: Path, image: bytes | None) -> list[str]:
    """Load the clinic's file, with this logo."""
    (folder / "logo").write_bytes(image or b"")
    file = parse_clinic_file(WITH_LOGO if image else SAMPLE, folder=folder)
    async with database.write() as session:
        return (await load_clinic_file(session, file, now=NOW, allow_rewrite=True)).sentences


def as_read(mail: EmailMessage) -> EmailMessage:
    """As it is on the other side of the wire."""
    return message_from_bytes(mail.as_bytes(), policy=default)


def tree(part: MIMEPart) -> object:
    if not part.is_multipart():
        return part.get_content_type()
    return {part.get_content_type(): [tree(each) for each in part.iter_parts()]}


async def test_a_logo_is_in_the_mails_of_every_replica_from_its_load_on(
    database: Database, replica: Database, tmp_path: Path
) -> None:
    await load(database, tmp_path, None)
    booking = await make_booking(database, TUESDAY)
    elsewhere = SampleBooking(replica, booking.appointments, booking.token)
    mails = [await elsewhere.mail()]

    changes = []
    for image in (png(480, 80), png(480, 80), jpeg(300, 300), None):
        changes.append(await load(database, tmp_path, image))
        mails.append(await elsewhere.mail())

    assert changes == [
        ["MailLogo: 1 added, 0 removed."],
        [],
        ["MailLogo: 1 added, 1 removed."],
        ["MailLogo: 0 added, 1 removed."],
    ]
    images = [
        [
            (part.get_content_type(), part.get_content())
            for part in as_read(mail).walk()
            if part.get_content_maintype() == "image"
        ]
        for mail in mails
    ]
    first, second = [("image/png", png(480, 80))], [("image/jpeg", jpeg(300, 300))]
    assert images == [[], first, first, second, []]
    assert html_of(mails[0]) == html_of(mails[-1])


async def test_the_html_and_its_logo_are_one_alternative_beside_the_invitation(
    clinic: Database, tmp_path: Path
) -> None:
    await load(clinic, tmp_path, png(600, 100))
    booking = await make_booking(clinic, TUESDAY, language="fr")

    mail = await booking.mail()
    read = as_read(mail)

    related = {"multipart/related": ["text/html", "image/png"]}
    alternatives = {"multipart/alternative": ["text/plain", related, "text/calendar"]}
    assert tree(read) == {"multipart/mixed": [alternatives, "application/ics"]}
    assert mail.defects == read.defects == []
    [html, image] = [part for part in read.walk() if part.get_content_type() in ("text/html", "image/png")]
    content_id = image["Content-ID"].strip("<>")
    assert image["Content-Disposition"] == 'inline; filename="logo.png"'
    assert content_id.endswith("@booking.example.com")
    assert (
        f'<img src="cid:{content_id}" alt="Services de santé Exemple" width="240" height="40"'
        in html.get_content()
    )
    assert "http" not in html.get_content().partition("<h1")[0]

    [(method, file)] = calendar_files(read)
    assert method == Calendar.from_ical(file.encode())["METHOD"] == vobject.readOne(file).method.value
    assert vobject.readOne(file).vevent.dtstart.value == TUESDAY


@pytest.mark.parametrize("kind", ["course", "offer", "reminder"])
async def test_mails_of_other_shapes_have_it_once(clinic: Database, tmp_path: Path, kind: str) -> None:
    await load(clinic, tmp_path, png(64, 64))
    async with clinic.read() as session:
        catalogue = await catalogue_of_database(session)

    mail = sample_mail(kind, SampleRequest(catalogue, "en", SITE, NOW))

    parts = [part.get_content_type() for part in as_read(mail).walk()]
    assert parts.count("image/png") == 1
    assert parts.count("text/calendar") == (3 if kind == "course" else 0)
    # A browser shows the sample with its logo.
    assert '<img src="data:image/png;base64,iVBORw0KGgo' in parts_of(mail).html


@pytest.mark.parametrize(
    "wrong",
    [{"id": 2}, {"content": bytes(100_001)}, {"content": b""}, {"media_type": "image/gif"}, {"width": 0}],
)
async def test_the_database_takes_no_other_logo(database: Database, wrong: dict[str, object]) -> None:
    row = {"id": 1, "media_type": "image/png", "width": 64, "height": 64, "content": png(64, 64)}

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(MailLogo(**row | wrong))
    async with database.write() as session:
        session.add(MailLogo(**row))
