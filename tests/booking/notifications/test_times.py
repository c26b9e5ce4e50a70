"""Times in a mail: always on the clock of the appointment's location."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.i18n.locales import texts_for
from booking.storage.database import Database
from tests.booking.notifications.bookings import make_booking, text_of
from tests.support.clinics import NOW, open_clinic, small_clinic, two_places


@pytest.mark.parametrize(
    ("wall", "zone", "span"),
    [
        ("2026-11-01T01:30-04:00", "America/Toronto", "1:30 a.m. EDT to 1:00 a.m. EST"),
        ("2026-11-01T01:30-05:00", "America/Toronto", "1:30 a.m. to 2:00 a.m. EST"),
        ("2027-03-14T01:45-05:00", "America/Toronto", "1:45 a.m. EST to 3:15 a.m. EDT"),
        ("2026-10-31T23:45-04:00", "America/Toronto", "11:45 p.m. to 12:15 a.m. EDT"),
        ("2026-11-24T12:00+08:00", "Asia/Shanghai", "12:00 p.m. to 12:30 p.m. CST"),
        ("2026-11-24T00:00+03:00", "Europe/Istanbul", "12:00 a.m. to 12:30 a.m. UTC+03"),
    ],
)
async def test_times_are_on_the_clock_of_the_location(
    empty: Database, wall: str, zone: str, span: str
) -> None:
    start = datetime.fromisoformat(wall)
    await open_clinic(empty, small_clinic(zone=zone, hours="00:00-24:00"))
    booked_at = start - timedelta(days=30)

    booking = await make_booking(empty, start, service="visit", practitioner="one", now=booked_at)
    text = text_of(await booking.mail(booking.event(at=booked_at)))

    assert f"\n  {span}\n" in text
    assert start.astimezone(ZoneInfo(zone)).strftime("When: %A, %B ") in text


async def test_a_time_that_comes_twice_has_its_zone(empty: Database) -> None:
    first = datetime.fromisoformat("2026-11-01T01:30-04:00")
    await open_clinic(empty, small_clinic(hours="00:00-24:00"))
    booked_at = first - timedelta(days=2)
    booking = await make_booking(empty, first, service="visit", practitioner="one", now=booked_at)

    mail = await booking.mail(await booking.move(first + timedelta(hours=1), at=booked_at))

    assert "When: Sunday, November 1\n  1:30 a.m. to 2:00 a.m. EST\n" in text_of(mail)
    assert "Before: Sunday, November 1, 1:30 a.m. EDT\n" in text_of(mail)
    assert mail["Subject"].endswith("1:30\N{NO-BREAK SPACE}a.m.\N{NO-BREAK SPACE}EST")


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("America/Toronto", "HAE", "HNE"),
        ("America/Winnipeg", "HAC", "HNC"),
        ("Canada/Newfoundland", "HAT", "HNT"),
        ("Asia/Shanghai", "CST", "CST"),
        ("Europe/Paris", "CEST", "CET"),
        ("Asia/Kolkata", "IST", "IST"),
    ],
)
def test_a_zone_has_its_own_name_in_french(zone: str, summer: str, winter: str) -> None:
    french = texts_for("fr")
    days = [datetime(2026, month, 5, 9, 5, tzinfo=ZoneInfo(zone)) for month in (7, 1)]

    text = [french.span(day, day + timedelta(hours=4)).replace("\N{NO-BREAK SPACE}", " ") for day in days]

    assert text == [f"9 h 05 à 13 h 05 {summer}", f"9 h 05 à 13 h 05 {winter}"]


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    days = [datetime(2026, 8, day, tzinfo=ZoneInfo("America/Toronto")) for day in (1, 21)]

    assert [texts_for("fr").day(day) for day in days] == ["samedi 1er août", "vendredi 21 août"]
    assert [texts_for("en").day(day) for day in days] == ["Saturday, August 1", "Friday, August 21"]


async def test_the_mail_of_a_move_says_both_places_and_each_ones_time(empty: Database) -> None:
    """The former time is on the clock of the former place."""
    west = 'address = ["2 West Street"]\ntime_zone = "America/Vancouver"'
    await open_clinic(empty, two_places().replace('address = ["2 West Street"]', west))
    here = datetime.fromisoformat("2026-11-25T09:00-05:00")
    booking = await make_booking(empty, here, service="visit", practitioner="one")

    there = datetime.fromisoformat("2026-11-26T09:00-07:00")
    event = await booking.move(there, at=NOW, location="west")
    text = text_of(await booking.mail(event))

    assert "When: Thursday, November 26\n  9:00 a.m. to 9:30 a.m. MST\n" in text
    assert "Before: Wednesday, November 25, 9:00 a.m.\n  Here\n" in text
    assert "Where: West\n  2 West Street\n" in text


async def test_the_mail_of_a_move_in_a_clinic_of_several_places_says_it_stays(empty: Database) -> None:
    await open_clinic(empty, two_places())
    at = datetime.fromisoformat("2026-11-25T09:00-05:00")
    booking = await make_booking(empty, at, service="visit", practitioner="one")

    text = text_of(await booking.mail(await booking.move(at + timedelta(hours=1), at=NOW)))

    assert "  Here\n" in text.partition("Before:")[2]
    assert "Where: Here\n" in text


async def test_a_visit_that_is_soon_can_be_cancelled_for_a_quarter_of_an_hour(clinic: Database) -> None:
    booking = await make_booking(clinic, NOW + timedelta(hours=3))

    text = text_of(await booking.mail())

    assert "Until 7:15 a.m. you can cancel online. After that, please call us.\nSee your visit:\n" in text
