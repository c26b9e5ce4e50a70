"""The clinic's own words in its mails: from its file, checked, as plain text in the patient's language."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.notifications.samples.catalogue import catalogue_of_database, catalogue_of_file
from booking.notifications.samples.registry import SampleRequest, parts_of, sample_mail
from booking.storage.database import Database
from tests.booking.notifications.bookings import SITE, html_of, make_booking, text_of
from tests.support.clinics import NOW, SAMPLE, edit_file, open_clinic

KINDS = ("booked", "moved", "cancelled", "offer", "reminder")
TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)


def with_words(*lines: str) -> str:
    return edit_file({"[[locations]]": "\n".join(["[mails]", *lines, "", "[[locations]]"])})


WORDS = with_words(*(f'{kind} = {{ en = "Own {kind} & <3", fr = "Propre {kind}" }}' for kind in KINDS))


@pytest.mark.parametrize("kind", [*KINDS, "course"])
def test_each_kind_has_its_own_words_and_no_others(kind: str) -> None:
    catalogue = catalogue_of_file(parse_clinic_file(WORDS))
    key = "booked" if kind == "course" else kind

    english = parts_of(sample_mail(kind, SampleRequest(catalogue, "en", SITE, NOW)))
    french = parts_of(sample_mail(kind, SampleRequest(catalogue, "fr", SITE, NOW)))

    assert [line for line in english.text.splitlines() if "Own" in line] == [f"Own {key} & <3"]
    assert f"Own {key} &amp; &lt;3" in english.html
    assert [line for line in french.text.splitlines() if "Propre" in line] == [f"Propre {key}"]
    assert "Own" not in french.text + french.html + english.subject


def test_a_mail_without_own_words_is_ours_alone() -> None:
    plain = SampleRequest(catalogue_of_file(parse_clinic_file(SAMPLE)), "en", SITE, NOW)
    only_moved = catalogue_of_file(parse_clinic_file(with_words('moved = "Own words"')))

    booked = sample_mail("booked", replace(plain, catalogue=only_moved))

    assert parts_of(booked) == parts_of(sample_mail("booked", plain))


async def test_words_that_are_loaded_are_in_the_mail_of_a_booking(database: Database) -> None:
    """On SQLite and on PostgreSQL; and gone again with the next file."""
    await open_clinic(database, with_words('booked = """Come early.\n\nRing twice."""'))
    booking = await make_booking(database, TUESDAY)

    mail = await booking.mail()
    await open_clinic(database)
    later = await booking.mail()

    assert "Come early.\nRing twice.\n" in text_of(mail)
    assert ">Come early.</p>" in html_of(mail)
    assert "Come early." not in text_of(later)
    async with database.read() as session:
        assert (await catalogue_of_database(session)).clinic.mail_texts is None


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('booked = "Dear {name}"', "mails.booked: is sent as it stands: no tags such as <b>, and no fields"),
        ('moved = "<b>New</b>"', "mails.moved: is sent as it stands"),
        (f'offer = "{"x" * 601}"', "mails.offer: must have 600 characters at most"),
        ('cancelled = ""', "mails.cancelled: a text must not be empty"),
        ('reminder = { en = "Soon" }', "mails.reminder: the text in 'fr' is missing"),
        ('birthday = "Hurrah"', "mails.birthday: unknown key"),
    ],
)
def test_words_that_no_mail_can_have_are_refused_at_their_line(line: str, mistake: str) -> None:
    text = with_words(line)

    with pytest.raises(ClinicFileError) as refused:
        parse_clinic_file(text)

    [found] = refused.value.mistakes
    assert str(found).startswith(mistake)
    assert found.line == text.splitlines().index(line) + 1
