"""The law: every listed time can be booked at that moment, and no other can.

Random small clinics against a model that checks each five minutes as a person would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from booking.appointments.hold import HoldRequest, hold_slot
from booking.calendars.busy.intervals import merged
from booking.catalogue.lookup import all_services
from booking.domain.errors import BookingError
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendar
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from booking.timegrid.opening_hours import clock_time
from tests.booking.calendars.busy.copies import add_copy
from tests.support.clinics import open_clinic, practitioner, small_clinic
from tests.support.sql_statements import sql_statements

TICK = timedelta(minutes=5)
DAY = date(2027, 3, 13)  # the day before Toronto's clocks go forward
NOW = datetime(2027, 3, 13, 3, tzinfo=UTC)


@dataclass(frozen=True)
class RandomClinic:
    """A clinic with one practitioner, its rules, and the times held in it already (minutes from NOW)."""

    zone: str
    opens: int  # minutes after midnight
    closes: int
    duration: int
    of_service: int  # the length of the service, from which the practitioner's may differ
    before: int
    after: int
    step: int
    notice: int
    certified_until: date
    away: tuple[int, int]
    held: tuple[int, ...]
    elsewhere: tuple[tuple[int, int], ...]  # busy by a calendar: from and how long, in minutes from NOW
    by_staff: bool  # asked by staff, whom notice, horizon and step don't bind

    def file(self) -> str:
        hours = f"{clock_time(self.opens)}-{clock_time(self.closes)}"
        start = (NOW + timedelta(minutes=self.away[0])).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        end = (NOW + timedelta(minutes=sum(self.away))).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        away = f"time_off = [{{ from = {start.isoformat()}, to = {end.isoformat()} }}]" if start < end else ""
        certified = f'certifications = [{{ kind = "paper", valid_until = {self.certified_until} }}]'
        return small_clinic(
            zone=self.zone,
            duration=f"{self.of_service} min",
            service=f"""requires = "paper"
buffer_before = "{self.before} min"
buffer_after = "{self.after} min\"""",
            policy={
                "slot_step": f"{self.step} min",
                "minimum_notice": f"{self.notice} min",
                "horizon": "2 days",
            },
            practitioners=practitioner("one", hours, f"{certified}\n{away}").replace(
                '"visit"', f'{{ slug = "visit", duration = "{self.duration} min" }}'
            ),
        )

    def may_start(self, start: datetime, busy: Sequence[tuple[datetime, datetime]]) -> bool:
        zone = ZoneInfo(self.zone)
        visit = [start + TICK * n for n in range(self.duration // 5)]
        off = NOW + timedelta(minutes=self.away[0]), NOW + timedelta(minutes=sum(self.away))

        def works(tick: datetime) -> bool:
            local = tick.astimezone(zone)
            minute = local.hour * 60 + local.minute
            away = off[0] < tick + TICK and tick < off[1]
            return self.opens <= minute < self.closes and local.date() <= self.certified_until and not away

        local = start.astimezone(zone)
        first, last = start - timedelta(minutes=self.before), visit[-1] + TICK + timedelta(minutes=self.after)
        today = NOW.astimezone(zone).date()
        is_for_patients = (
            (local.hour * 60 + local.minute) % self.step == 0
            and start >= NOW + timedelta(minutes=self.notice)
            and local.date() <= today + timedelta(days=2)
        )
        return (
            (local.date() >= today if self.by_staff else is_for_patients)
            and all(works(tick) for tick in visit)
            and all(end <= first or begin >= last for begin, end in busy)
        )


ticks = st.integers(0, 40).map(lambda n: n * 5)
clinics = st.builds(
    lambda opens, length, **rest: RandomClinic(opens=opens, closes=min(1440, opens + length), **rest),
    opens=st.integers(0, 280).map(lambda n: n * 5),
    length=st.integers(6, 288).map(lambda n: n * 5),
    zone=st.sampled_from(["America/Toronto", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    duration=st.integers(1, 18).map(lambda n: n * 5),
    of_service=st.integers(1, 18).map(lambda n: n * 5),
    before=st.sampled_from([0, 0, 5, 20]),
    after=st.sampled_from([0, 0, 10, 25]),
    step=st.sampled_from([5, 10, 15, 20, 30, 60]),
    notice=st.integers(0, 600),
    certified_until=st.dates(date(2027, 3, 12), date(2027, 3, 16)),
    away=st.tuples(st.integers(0, 500).map(lambda n: n * 5), ticks),
    held=st.lists(st.integers(0, 500).map(lambda n: n * 5), max_size=4).map(tuple),
    elsewhere=st.lists(st.tuples(st.integers(0, 2500), st.integers(1, 200)), max_size=4).map(tuple),
    by_staff=st.booleans(),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clinic=clinics)
async def test_what_is_listed_is_what_can_be_booked(database: Database, clinic: RandomClinic) -> None:
    async with database.write() as session:
        await session.execute(delete(Tick))
        await session.execute(delete(Hold))
        await session.execute(delete(BusyCalendar))
    await open_clinic(database, clinic.file(), now=NOW)
    busy = merged(
        (NOW + timedelta(minutes=first), NOW + timedelta(minutes=first + length))
        for first, length in clinic.elsewhere
    )
    if busy:
        await add_copy(database, "one", busy)
    for minutes in clinic.held:
        start = NOW + timedelta(minutes=minutes)
        try:
            async with database.write() as session:
                held, _ = await hold_slot(session, HoldRequest("visit", start), now=NOW)
        except BookingError:
            continue
        before, after = timedelta(minutes=clinic.before), timedelta(minutes=clinic.after)
        busy.append((held.starts_at - before, held.ends_at + after))

    async with database.read() as session:
        service = (await all_services(session))["visit"]
        criteria = SlotCriteria(service, by_staff=clinic.by_staff)
        slots = await find_slots(session, criteria, DAY - timedelta(days=2), DAY + timedelta(days=2), now=NOW)
        listed = {slot.starts_at for slot in slots}
        candidates = [NOW + TICK * n for n in range(-288, 4 * 288)]
        days = [DAY + timedelta(days=day) for day in range(-2, 3)]
        zone = ZoneInfo(clinic.zone)
        candidates = [start for start in candidates if start.astimezone(zone).date() in days]
        assert listed == {start for start in candidates if clinic.may_start(start, busy)}
    for start in {*candidates[::53], *sorted(listed)[::9]}:
        assert await can_be_held(database, start, by_staff=clinic.by_staff) == (start in listed)


async def can_be_held(database: Database, start: datetime, *, by_staff: bool) -> bool:
    """Tried for real, and undone."""

    class Undo(Exception):
        pass

    try:
        async with database.write() as session:
            request = HoldRequest("visit", start, by_staff=by_staff)
            held, _ = await hold_slot(session, request, now=NOW)
            assert held.starts_at == start
            raise Undo
    except BookingError:
        return False
    except Undo:
        return True


async def starts(database: Database, first: date, last: date, zone: str, now: datetime) -> list[str]:
    """Open starts on the wall clock, with the zone's name for the hour that comes twice."""
    async with database.read() as session:
        service = (await all_services(session))["visit"]
        slots = await find_slots(session, SlotCriteria(service), first, last, now=now)
    return [slot.starts_at.astimezone(ZoneInfo(zone)).strftime("%H:%M %Z") for slot in slots]


async def test_nothing_starts_in_the_hour_that_spring_skips(database: Database) -> None:
    await open_clinic(database, small_clinic(hours="01:00-05:00", policy={"slot_step": "30 min"}))

    found = await starts(database, date(2027, 3, 14), date(2027, 3, 14), "America/Toronto", NOW)

    assert found == ["01:00 EST", "01:30 EST", "03:00 EDT", "03:30 EDT", "04:00 EDT", "04:30 EDT"]


async def test_the_hour_that_autumn_repeats_is_sold_twice_each_time_once(database: Database) -> None:
    text = small_clinic(hours="00:30-02:30", policy={"slot_step": "30 min"})
    autumn = datetime(2027, 11, 6, 12, tzinfo=UTC)
    await open_clinic(database, text, now=autumn)
    day = date(2027, 11, 7)

    found = await starts(database, day, day, "America/Toronto", autumn)
    assert found == ["00:30 EDT", "01:00 EDT", "01:30 EDT", "01:00 EST", "01:30 EST", "02:00 EST"]

    first_pass = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)  # 01:30 EDT
    async with database.write() as session:
        await hold_slot(session, HoldRequest("visit", first_pass), now=autumn)
    found = await starts(database, day, day, "America/Toronto", autumn)
    assert found == ["00:30 EDT", "01:00 EDT", "01:00 EST", "01:30 EST", "02:00 EST"]


async def test_a_visit_across_the_change_lasts_its_true_minutes(database: Database) -> None:
    await open_clinic(database, small_clinic(hours="00:00-24:00", duration="45 min"))
    before_the_gap = datetime(2027, 3, 14, 6, 30, tzinfo=UTC)  # 01:30 EST; the gap is half an hour later

    async with database.write() as session:
        held, _ = await hold_slot(session, HoldRequest("visit", before_the_gap), now=NOW)

    assert held.ends_at - held.starts_at == timedelta(minutes=45)
    assert held.ends_at.astimezone(ZoneInfo("America/Toronto")).strftime("%H:%M %Z") == "03:15 EDT"


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2027, 11, 7), date(2027, 7, 1)])
async def test_a_zone_without_changes_has_the_same_day_all_year(database: Database, day: date) -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    text = small_clinic(zone="America/Phoenix", hours="01:00-04:00", policy={"slot_step": "60 min"})
    await open_clinic(database, text, now=now)

    assert await starts(database, day, day, "America/Phoenix", now) == ["01:00 MST", "02:00 MST", "03:00 MST"]


async def test_a_visit_may_cross_midnight_where_both_days_are_open(database: Database) -> None:
    await open_clinic(database, small_clinic(hours="00:00-24:00", duration="60 min"))
    late = datetime(2027, 3, 13, 4, 30, tzinfo=UTC)  # 23:30

    async with database.write() as session:
        held, _ = await hold_slot(session, HoldRequest("visit", late), now=NOW)

    assert held.ends_at == late + timedelta(hours=1)


async def test_the_number_of_statements_does_not_grow_with_practitioners_or_days(database: Database) -> None:
    async def count(practitioners: int, days: int) -> int:
        text = small_clinic(
            practitioners="".join(practitioner(f"p{n}", "09:00-17:00") for n in range(practitioners))
        )
        await open_clinic(database, text, now=NOW)
        async with database.read() as session:
            service = (await all_services(session))["visit"]
            with sql_statements() as sent:
                slots = await find_slots(
                    session, SlotCriteria(service), DAY, DAY + timedelta(days=days - 1), now=NOW
                )
        assert len(slots) > practitioners * days
        return len(sent)

    assert await count(1, 1) == await count(3, 1) == await count(4, 31) <= 12
