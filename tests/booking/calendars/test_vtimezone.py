"""Times in calendar files: the laws hold in every zone of the tz database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from booking.calendars.vtimezone import calendar_times, is_writable, time_zone_components
from booking.timegrid.zone_rules import parse_rules, zone_rules
from tests.booking.calendars.vtimezone_reader import Observance, instant, read_time_zones

ZONES = sorted(available_timezones() - {"localtime"})
YEARS = range(2026, 2041)
HALF_HOUR = timedelta(minutes=30)


def components(zone: str) -> str:
    calendar = Calendar()
    calendar.subcomponents[:0] = time_zone_components([datetime(2030, 1, 1, tzinfo=ZoneInfo(zone))])
    return str(calendar.to_ical(), "utf-8")


def observances(zone: str) -> list[Observance]:
    return read_time_zones(components(zone)).get(zone, [])


def assert_exact(zone: str, start: datetime, minutes: int, read: list[Observance]) -> None:
    """A calendar that knows only the file sees the very instants, and the end after the start."""
    end = start + timedelta(minutes=minutes)
    written = calendar_times(start, end, ZoneInfo(zone))
    assert written[0].replace(tzinfo=None) < written[1].replace(tzinfo=None)
    for each, meant in zip(written, (start, end), strict=True):
        if each.tzinfo is UTC:
            assert each == meant
        else:
            assert instant(each.replace(tzinfo=None), read) == meant, (zone, each)


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_has_at_most_one_rule_each_way(zone: str) -> None:
    rules = zone_rules(zone)
    assert rules is not None
    read = observances(zone) if is_writable(rules) else []

    if not is_writable(rules):
        assert zone in ("Africa/Cairo", "Egypt")
    elif rules.changes:
        assert sorted(each.kind for each in read) == ["DAYLIGHT", "STANDARD"]
        assert all(each.rule for each in read)
    else:
        assert [(each.kind, each.rule) for each in read] == [("STANDARD", {})]
    for year in (2026, 2033, 2040):
        for change in rules.changes:
            onset = change.instant(year)
            for half_hours in range(-4, 5):
                assert_exact(zone, onset + half_hours * HALF_HOUR, 30, read)
        for month in range(1, 13, 2):
            assert_exact(zone, datetime(year, month, 14, 15, tzinfo=UTC), 60, read)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2040, 12, 30)),  # noqa: DTZ001
    st.integers(1, 96),
)
def test_the_instants_of_any_visit_are_told_exactly(zone: str, at: datetime, quarters: int) -> None:
    start = at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0, tzinfo=UTC)
    rules = zone_rules(zone)
    assert_exact(zone, start, 15 * quarters, observances(zone) if rules and is_writable(rules) else [])


@pytest.mark.parametrize("zone", ["America/Toronto", "Europe/Paris", "Australia/Lord_Howe", "Asia/Tokyo"])
def test_an_ordinary_visit_is_on_the_wall_clock(zone: str) -> None:
    for month in range(1, 13):
        start = datetime(2027, month, 15, 10, tzinfo=ZoneInfo(zone))
        written = calendar_times(start, start + HALF_HOUR, ZoneInfo(zone))
        assert [each.replace(tzinfo=None).isoformat() for each in written] == [
            f"2027-{month:02}-15T10:00:00",
            f"2027-{month:02}-15T10:30:00",
        ]


@pytest.mark.parametrize(
    ("starts_at", "written"),
    [
        # The clocks go back at 02:00 EDT, so that from 01:00 to 02:00 every time comes twice.
        ("2027-11-07T01:30:00-04:00", ("2027-11-07T05:30:00+00:00", "2027-11-07T06:00:00+00:00")),
        ("2027-11-07T01:00:00-05:00", ("2027-11-07T06:00:00+00:00", "2027-11-07T06:30:00+00:00")),
        ("2027-11-07T02:00:00-05:00", ("2027-11-07T02:00:00-05:00", "2027-11-07T02:30:00-05:00")),
        # They go forward at 02:00 EST.
        ("2027-03-14T01:30:00-05:00", ("2027-03-14T06:30:00+00:00", "2027-03-14T07:00:00+00:00")),
        ("2027-03-14T03:00:00-04:00", ("2027-03-14T03:00:00-04:00", "2027-03-14T03:30:00-04:00")),
    ],
)
def test_around_the_changes_of_the_clocks(starts_at: str, written: tuple[str, str]) -> None:
    start = datetime.fromisoformat(starts_at)
    found = calendar_times(start, start + HALF_HOUR, ZoneInfo("America/Toronto"))

    assert tuple(each.isoformat() for each in found) == written


def test_a_time_that_another_rule_holds_for_is_in_utc() -> None:
    """Vancouver stays on one offset from November 2026 on; before, it had another in winter."""
    winter = datetime(2026, 2, 10, 18, tzinfo=UTC)
    later = datetime(2026, 12, 10, 18, tzinfo=UTC)
    zone = ZoneInfo("America/Vancouver")

    assert calendar_times(winter, winter + HALF_HOUR, zone)[0].isoformat() == "2026-02-10T18:00:00+00:00"
    assert calendar_times(later, later + HALF_HOUR, zone)[0].isoformat() == "2026-12-10T11:00:00-07:00"


def test_the_component_is_as_short_as_can_be() -> None:
    assert components("America/Toronto").splitlines() == [
        "BEGIN:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "TZID:America/Toronto",
        "BEGIN:STANDARD",
        "DTSTART:19701101T020000",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
        "TZNAME:EST",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700308T020000",
        "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "TZNAME:EDT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "END:VCALENDAR",
    ]


@pytest.mark.parametrize(
    "text", ["", "EST5EDT", "EST5EDT,J60,J300", "EST5EDT,59,299", "nonsense", "EST5EDT4"]
)
def test_a_rule_of_another_form_is_none(text: str) -> None:
    assert parse_rules(text) is None
