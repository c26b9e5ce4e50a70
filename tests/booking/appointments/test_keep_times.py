"""A visit is an instant and the wall time that the patient was told: a change of zone rules parts the two."""

import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copy
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.keep_times import keep_instant
from booking.appointments.load import load_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.domain.errors import NotFound
from booking.domain.events import Event, EventKind
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.holds import Hold
from booking.storage.models.outbox import OutboxEvent
from booking.storage.models.ticks import Tick
from booking.timegrid.ticks import tick_at
from booking.timegrid.zone_data import use_packaged_zones
from tests.booking.notifications.bookings import SampleBooking, calendar_of, make_booking, text_of
from tests.support.clinics import edit_file, open_clinic, practitioner, small_clinic
from tests.support.databases import open_database

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
MONDAY = date(2027, 7, 5)
CLINIC = small_clinic(hours="00:00-24:00")
LOS_ANGELES = small_clinic(hours="00:00-24:00", zone="America/Los_Angeles")


def at(time: str, zone: str = "America/Toronto", day: date = MONDAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone))


async def book_at(database: Database, *times: datetime, practitioner: str = "one") -> list[SampleBooking]:
    return [
        await make_booking(database, time, service="visit", practitioner=practitioner, now=NOW)
        for time in times
    ]


async def visits(database: Database) -> list[Appointment]:
    async with database.read() as session:
        return list(await session.scalars(select(Appointment).order_by(Appointment.starts_at)))


async def events(database: Database, kind: EventKind) -> list[OutboxEvent]:
    async with database.read() as session:
        return list(await session.scalars(select(OutboxEvent).where(OutboxEvent.kind == kind)))


async def assert_ticks_are_those_of_visits(database: Database) -> None:
    async with database.read() as session:
        owned = {(tick, owner) for tick, owner in await session.execute(select(Tick.tick, Tick.owner))}
    assert owned == {
        (tick, visit.id)
        for visit in await visits(database)
        for tick in range(tick_at(visit.starts_at), tick_at(visit.ends_at))
    }


@pytest.fixture
def toronto_without_summer(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Zone data that came out after the bookings: Toronto is five hours behind UTC all year."""
    (tmp_path / "America").mkdir()
    with as_file(files("tzdata") / "zoneinfo" / "America" / "Bogota") as bogota:
        copy(bogota, tmp_path / "America" / "Toronto")

    def publish() -> None:
        zoneinfo.reset_tzpath([tmp_path])
        ZoneInfo.clear_cache()

    yield publish
    use_packaged_zones()


async def test_visits_keep_their_wall_time_when_the_time_zone_of_the_clinic_is_corrected(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC, now=NOW)
    [booking] = await book_at(database, at("10:00"))

    sentences = await open_clinic(database, LOS_ANGELES, now=NOW)

    [visit] = await visits(database)
    assert visit.starts_at == at("10:00", "America/Los_Angeles")
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)
    assert (visit.sequence, visit.changed_at) == (1, NOW)
    assert sentences[-1] == (
        f"Appointment {visit.reference} stays on 2027-07-05 at 10:00, as the patient was told: "
        "from UTC-0400 to UTC-0700."
    )
    [event] = await events(database, EventKind.MOVED)
    assert (event.moved_from, event.moved_from_local) == (at("10:00"), "2027-07-05T10:00:00-04:00")
    await assert_ticks_are_those_of_visits(database)
    assert await open_clinic(database, LOS_ANGELES, now=NOW) == []
    assert len(booking.appointments) == 1


async def test_visits_keep_their_wall_time_under_new_zone_data(
    database_url: str, toronto_without_summer: Callable[[], None]
) -> None:
    before = open_database(database_url)
    await open_clinic(before, CLINIC, now=NOW)
    # Each moves into the time that the next one leaves.
    await book_at(before, *(at(f"{hour:02}:{minute}") for hour in range(9, 12) for minute in ("00", "30")))
    winter = at("10:00", day=date(2028, 1, 5))
    await book_at(before, winter)
    await before.close()

    toronto_without_summer()
    after = open_database(database_url)
    sentences = await open_clinic(after, CLINIC, now=NOW)

    *summer, last = await visits(after)
    assert [f"{visit.starts_at:%H:%M}" for visit in summer] == [
        "14:00", "14:30", "15:00", "15:30", "16:00", "16:30"
    ]  # fmt: skip
    assert (last.starts_at, last.sequence) == (winter, 0)
    assert len(sentences) == 6
    await assert_ticks_are_those_of_visits(after)
    await after.close()


def shared_by_two_places(*, here: str, west: str, zone: str = "America/Toronto") -> str:
    """Practitioner one works at both on each day; only `here` is in the zone."""
    one = practitioner("one", west).replace("week =", 'location = "west"\nweek =')
    at_here = f'''
[[practitioners.hours]]
location = "here"
week = {{ mon-sun = ["{here}"] }}
'''
    place = f'''slug = "here"
time_zone = "{zone}"'''
    west_place = """
[[locations]]
slug = "west"
name = "West"
address = ["2 West Street"]
hours = { mon-sun = ["00:00-24:00"] }
[[services]]"""
    text = small_clinic(practitioners=one + at_here)
    return edit_file({'slug = "here"': place, "\n[[services]]": west_place}, text)


async def test_a_visit_whose_time_is_another_visits_now_is_listed(database: Database) -> None:
    await open_clinic(database, shared_by_two_places(here="09:00-12:00", west="12:00-16:00"), now=NOW)
    [there] = await book_at(database, at("13:00"))  # 10:00 in Los Angeles
    [here] = await book_at(database, at("10:00"))

    moved_here = shared_by_two_places(here="09:00-12:00", west="16:00-20:00", zone="America/Los_Angeles")
    sentences = await open_clinic(database, moved_here, now=NOW)

    reference = here.appointments[0].reference
    assert sentences[-2] == (
        f"Appointment {reference} on 2027-07-05 at 07:00 is kept, but the patient was told 2027-07-05 at "
        "10:00, and another visit has that time now. Please call the patient."
    )
    assert [visit.sequence for visit in await visits(database)] == [0, 0]
    assert len(await events(database, EventKind.NEEDS_ATTENTION)) == 2  # The other one is out of hours.
    await assert_ticks_are_those_of_visits(database)

    async with database.write() as session:
        await cancel(session, there.token, None, now=NOW)
    await open_clinic(database, moved_here, now=NOW)
    async with database.read() as session:
        kept = await session.get_one(Appointment, here.appointments[0].id)
        assert kept.starts_at == at("10:00", "America/Los_Angeles")
        assert kept.impossible_since is None


async def test_a_time_that_the_clock_skips_now_is_listed_until_the_operator_decides(
    database: Database,
) -> None:
    without_summer = small_clinic(hours="00:00-24:00", zone="America/Bogota")
    with_summer = small_clinic(hours="00:00-24:00", zone="America/New_York")
    booked_at = datetime(2027, 3, 1, tzinfo=UTC)
    await open_clinic(database, without_summer, now=booked_at)
    gap = at("02:30", "America/Bogota", date(2027, 3, 14))
    booking = await make_booking(database, gap, service="visit", practitioner="one", now=booked_at)
    reference = booking.appointments[0].reference

    sentences = await open_clinic(database, with_summer, now=booked_at)

    assert sentences[-1] == (
        f"Appointment {reference} on 2027-03-14 at 03:30 is kept, but the patient was told 2027-03-14 at "
        "02:30, and the clock skips that time. Please call the patient."
    )
    async with database.write() as session:
        kept = await keep_instant(session, reference, now=booked_at)
    assert str(kept) == (
        f"Appointment {reference} is on 2027-03-14 at 03:30 now, "
        "and the patient was told 2027-03-14 at 02:30."
    )
    assert await open_clinic(database, with_summer, now=booked_at) == []
    async with database.write() as session:
        assert await keep_instant(session, reference, now=booked_at) is None
        with pytest.raises(NotFound, match="NOSUCHONE"):
            await keep_instant(session, "NOSUCHONE", now=booked_at)


async def test_the_operator_may_keep_instants_and_the_patient_is_told_the_new_time(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC, now=NOW)
    [booking] = await book_at(database, at("10:00"))

    async with database.write() as session:
        loaded = await load_clinic_file(
            session, parse_clinic_file(LOS_ANGELES), now=NOW, allow_rewrite=True, keep_instants=True
        )

    reference = booking.appointments[0].reference
    assert [str(kept) for kept in loaded.kept_times] == [
        f"Appointment {reference} is on 2027-07-05 at 07:00 now, "
        "and the patient was told 2027-07-05 at 10:00."
    ]
    [visit] = await visits(database)
    assert (visit.starts_at, visit.sequence) == (at("10:00"), 1)
    text = await mail_about_the_change(database, booking)
    assert "When: Monday, July 5\n  7:00 a.m. to 7:30 a.m. PDT\n" in text
    assert "Before: Monday, July 5, 10:00 a.m.\n" in text
    assert await open_clinic(database, LOS_ANGELES, now=NOW) == []


async def test_the_mail_about_a_kept_time_has_a_new_calendar_file(database: Database) -> None:
    await open_clinic(database, CLINIC, now=NOW)
    [booking] = await book_at(database, at("10:00"))
    await open_clinic(database, LOS_ANGELES, now=NOW)

    text = await mail_about_the_change(database, booking)

    assert "The time stays the same." in text
    assert "When: Monday, July 5\n  10:00 a.m. to 10:30 a.m. PDT\n" in text
    assert "Before" not in text
    [event] = await events(database, EventKind.MOVED)
    calendar = calendar_of(await booking.mail(as_event(event)))
    assert "SEQUENCE:1" in calendar
    assert "DTSTART;TZID=America/Los_Angeles:20270705T100000" in calendar


def as_event(row: OutboxEvent) -> Event:
    local = datetime.fromisoformat(row.moved_from_local) if row.moved_from_local else None
    ids = tuple(UUID(each) for each in row.appointments)
    return Event(row.id, row.kind, ids, row.occurred_at, row.moved_from, row.moved_from_location, local)


async def mail_about_the_change(database: Database, booking: SampleBooking) -> str:
    [event] = await events(database, EventKind.MOVED)
    return text_of(await booking.mail(as_event(event)))


async def test_a_held_time_gives_way_to_a_booked_visit(database: Database) -> None:
    await open_clinic(database, CLINIC, now=NOW)
    await book_at(database, at("10:00"))
    async with database.write() as session:
        await hold_slot(session, HoldRequest("visit", at("13:00")), now=NOW)

    await open_clinic(database, LOS_ANGELES, now=NOW)

    [visit] = await visits(database)
    assert visit.starts_at == at("13:00")
    await assert_ticks_are_those_of_visits(database)
    async with database.read() as session:
        expired = select(func.count()).select_from(Hold).where(Hold.expires_at <= NOW)
        assert await session.scalar(expired) == 1


async def test_a_visit_that_an_earlier_version_booked_or_moved_has_the_time_of_todays_rules(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC, now=NOW)
    await book_at(database, at("10:00"), at("12:00"))
    first, second = await visits(database)
    async with database.write() as session:
        await session.execute(update(Appointment).where(Appointment.id == first.id).values(local_start=None))
        # An earlier version doesn't know the column.
        later = {"starts_at": at("14:00"), "ends_at": at("14:30")}
        await session.execute(update(Appointment).where(Appointment.id == second.id).values(**later))

    assert await open_clinic(database, CLINIC, now=NOW) == []

    assert [visit.local_start for visit in await visits(database)] == [
        "2027-07-05T10:00:00-04:00",
        "2027-07-05T14:00:00-04:00",
    ]
