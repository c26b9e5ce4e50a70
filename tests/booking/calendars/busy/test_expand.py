"""Calendar files become busy intervals: right through clock changes, and without a word of what they say."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.calendars.busy import expand
from booking.calendars.busy.calendar_text import NotACalendar, take_apart, without_stamps
from booking.calendars.busy.expand import TooManyOccurrences, busy_intervals
from booking.calendars.busy.intervals import merged
from tests.booking.calendars.busy.calendar_files import TORONTO, calendar_file, entry, on_the_clock

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)


def local(day: str, time: str, name: str = "DTSTART") -> str:
    return f"{name};TZID=America/Toronto:{day}T{time}"


def test_a_weekly_entry_keeps_its_time_on_the_clock_when_the_clocks_go_back() -> None:
    weekly = entry(
        local("20261025", "090000"), local("20261025", "100000", "DTEND"), "RRULE:FREQ=WEEKLY;COUNT=2"
    )
    assert on_the_clock(weekly) == [
        ("10-25 09:00 -04", "10-25 10:00 -04"),
        ("11-01 09:00 -05", "11-01 10:00 -05"),
    ]


def test_on_the_night_itself_neither_reading_of_the_length_leaves_an_hour_open() -> None:
    back = entry(
        local("20261025", "003000"), local("20261025", "033000", "DTEND"), "RRULE:FREQ=WEEKLY;COUNT=2"
    )
    ahead = entry(
        local("20270307", "003000"), local("20270307", "033000", "DTEND"), "RRULE:FREQ=WEEKLY;COUNT=2"
    )
    # By the clock the night of autumn has four hours, that of spring two; three hours are the length.
    assert on_the_clock(back)[1] == ("11-01 00:30 -04", "11-01 03:30 -05")
    assert on_the_clock(ahead)[1] == ("03-14 00:30 -05", "03-14 04:30 -04")


def test_a_time_that_the_clock_skips_is_as_long_after_midnight_as_ever() -> None:
    skipped = entry(local("20270307", "023000"), "DURATION:PT30M", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert on_the_clock(skipped)[1] == ("03-14 03:30 -04", "03-14 04:00 -04")


def test_a_time_that_the_clock_shows_twice_is_the_first_of_them() -> None:
    twice = entry(local("20261025", "013000"), "DURATION:PT30M", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert on_the_clock(twice)[1][0] == "11-01 01:30 -04"


def test_exceptions_are_left_out_moved_and_added() -> None:
    series = entry(
        local("20261102", "090000"), "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4",
        local("20261103", "090000", "EXDATE"), local("20261110", "140000", "RDATE"), uid="series",
    )  # fmt: skip
    moved = entry(
        local("20261104", "090000", "RECURRENCE-ID"),
        local("20261104", "160000"),
        "DURATION:PT2H",
        uid="series",
    )
    cancelled = entry(
        local("20261105", "090000", "RECURRENCE-ID"), local("20261105", "090000"), "DURATION:PT1H",
        "STATUS:CANCELLED", uid="series",
    )  # fmt: skip
    assert on_the_clock(series, moved, cancelled) == [
        ("11-02 09:00 -05", "11-02 10:00 -05"),
        ("11-04 16:00 -05", "11-04 18:00 -05"),
        ("11-10 14:00 -05", "11-10 15:00 -05"),
    ]


@pytest.mark.parametrize(
    ("line", "is_busy"),
    [
        ("TRANSP:OPAQUE", True), ("TRANSP:TRANSPARENT", False), ("STATUS:CANCELLED", False),
        ("STATUS:TENTATIVE", True), ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", True),
    ],
)  # fmt: skip
def test_what_is_free_or_cancelled_makes_nobody_busy(line: str, is_busy: bool) -> None:
    assert bool(on_the_clock(entry("DTSTART:20261105T100000Z", "DURATION:PT1H", line))) is is_busy


def test_whole_days_and_times_without_a_zone_are_of_the_clinics_zone_or_the_calendars_own() -> None:
    day, floating = entry("DTSTART;VALUE=DATE:20261101"), entry("DTSTART:20261105T100000", "DURATION:PT1H")
    assert on_the_clock(day, floating) == [
        ("11-01 00:00 -04", "11-02 00:00 -05"),
        ("11-05 10:00 -05", "11-05 11:00 -05"),
    ]
    assert on_the_clock(day, floating, head=["X-WR-TIMEZONE:Europe/Paris"]) == [
        ("10-31 19:00 -04", "11-01 18:00 -05"),
        ("11-05 04:00 -05", "11-05 05:00 -05"),
    ]


def test_zones_by_any_name() -> None:
    zone = [
        "BEGIN:VTIMEZONE", "TZID:Our own zone", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE",
    ]  # fmt: skip
    names = ["Our own zone", "Eastern Standard Time", "Nowhere/Unknown", '"(UTC-05:00) Eastern Time: US"']
    entries = [
        entry(f"DTSTART;TZID={name}:202611{10 + n}T180000", "DURATION:PT1H") for n, name in enumerate(names)
    ]
    starts = [first for first, _ in on_the_clock(*entries, head=zone)]
    # A zone that nobody knows is the clinic's.
    assert starts == ["11-10 10:00 -05", "11-11 18:00 -05", "11-12 18:00 -05", "11-13 18:00 -05"]


def test_our_own_visits_and_other_kinds_of_entries_are_left_out() -> None:
    own = entry("DTSTART:20261105T100000Z", "DURATION:PT1H", uid="6a1f@book-online")
    todo = entry("DTSTART:20261105T100000Z", "DURATION:PT1H", name="VTODO")
    other = entry("DTSTART:20261106T100000Z", "DURATION:PT1H", uid="6a1f@elsewhere.example")
    assert on_the_clock(own, todo, other) == [("11-06 05:00 -05", "11-06 06:00 -05")]


def test_free_busy_components_are_read() -> None:
    published = entry(
        "FREEBUSY:20261105T150000Z/PT1H,20261106T150000Z/20261106T153000Z",
        "FREEBUSY;FBTYPE=FREE:20261107T150000Z/PT1H", name="VFREEBUSY",
    )  # fmt: skip
    assert on_the_clock(published) == [
        ("11-05 10:00 -05", "11-05 11:00 -05"),
        ("11-06 10:00 -05", "11-06 10:30 -05"),
    ]


def test_one_entry_that_is_wrong_spoils_no_other() -> None:
    wrong = [
        entry("DTSTART:2026garbage"),
        entry("DTSTART:20261105T100000Z", "DURATION:garbage"),
        entry("DTSTART:20261105T100000Z", "DURATION:PT1H", "RRULE:FREQ=NEVER"),
    ]
    right = entry("DTSTART:20261109T100000Z", "DTEND:20261109T110000Z")
    found = busy_intervals([calendar_file(*wrong, right)], zone=TORONTO, start=START, end=END)
    assert (found.unread, len(found.intervals)) == (3, 1)


@pytest.mark.parametrize(
    "text",
    ["", "<html>Sign in</html>", "BEGIN:VCARD\r\nEND:VCARD", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1"],
)
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(NotACalendar):
        busy_intervals([text], zone=TORONTO, start=START, end=END)


def test_an_empty_calendar_is_one() -> None:
    assert on_the_clock() == []


def test_no_title_is_looked_at() -> None:
    secret = entry(
        "DTSTART:20261105T100000Z", "DURATION:PT1H", "LOCATION:Somewhere", "BEGIN:VALARM", "END:VALARM"
    )
    (group,) = take_apart(calendar_file(secret), first=date(2026, 11, 1), last=date(2026, 12, 1)).groups
    assert [line.partition(":")[0] for line in group] == [
        "BEGIN",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DURATION",
        "END",
    ]


def test_entries_that_are_over_are_not_read() -> None:
    over = entry("DTSTART:20160105T100000Z", "DTEND:20160105T110000Z")
    running = entry("DTSTART:20160105T100000Z", "DTEND:20160105T110000Z", "RRULE:FREQ=YEARLY")
    apart = take_apart(calendar_file(over, running), first=date(2026, 11, 1), last=date(2026, 12, 1))
    assert len(apart.groups) == 1


def test_a_stamp_for_each_reader_is_no_change() -> None:
    text = calendar_file(entry("DTSTART:20261105T100000Z", "DURATION:PT1H"))
    later = text.replace("DTSTAMP:20260101T000000Z", "DTSTAMP:20260909T090909Z")
    assert text != later
    assert without_stamps(text) == without_stamps(later)


def test_more_occurrences_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expand, "MAX_OCCURRENCES", 100)
    daily = entry("DTSTART:20260101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    with pytest.raises(TooManyOccurrences):
        on_the_clock(daily)


minutes = st.integers(0, 400)
intervals = st.lists(
    st.tuples(minutes, st.integers(1, 90)).map(
        lambda span: (START + timedelta(minutes=span[0]), START + timedelta(minutes=sum(span)))
    )
)


@given(intervals)
def test_merged_intervals_are_the_same_minutes_and_never_touch(
    given: list[tuple[datetime, datetime]],
) -> None:
    def minutes_of(spans: list[tuple[datetime, datetime]]) -> set[datetime]:
        return {
            first + timedelta(minutes=n)
            for first, last in spans
            for n in range(int((last - first) / timedelta(minutes=1)))
        }

    whole = merged(given)
    assert minutes_of(whole) == minutes_of(given)
    assert all(former[1] < latter[0] for former, latter in pairwise(whole))


@given(
    first=st.dates(date(2026, 10, 20), date(2027, 3, 20)),
    hour=st.integers(0, 23),
    minutes=st.sampled_from([15, 60, 180]),
    days=st.integers(1, 9),
)
def test_each_occurrence_begins_at_the_same_time_on_the_clock(
    first: date, hour: int, minutes: int, days: int
) -> None:
    """Against a person who reads the clock on each day, both passes and the skipped hour included."""
    series = entry(
        local(f"{first:%Y%m%d}", f"{hour:02}0000"), f"DURATION:PT{minutes}M", f"RRULE:FREQ=DAILY;COUNT={days}"
    )
    starts = [
        datetime(day.year, day.month, day.day, hour, tzinfo=TORONTO).astimezone(UTC)
        for day in (first + timedelta(days=n) for n in range(days))
    ]
    found = busy_intervals([calendar_file(series)], zone=TORONTO, start=START, end=END)
    assert [interval[0] for interval in found.intervals] == starts
    assert all(last - first >= timedelta(minutes=minutes) for first, last in found.intervals)
