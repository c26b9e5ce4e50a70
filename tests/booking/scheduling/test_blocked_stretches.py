"""The law of recurring blocks: what the clock reads inside one is blocked, on every day of the year."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import InvalidInput, InvalidInputCode, RepeatedTime, SkippedTime
from booking.scheduling.blocked_time import (
    BlockRequest,
    ExtraHoursRequest,
    Weekly,
    check_label,
    stretch_of_extra_hours,
    stretches_of_block,
)
from booking.storage.models.desk.blocked_time import BlockKind
from booking.timegrid.opening_hours import TimeSpan, days_window, open_bits
from booking.timegrid.ticks import DAY, ticks_between

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
ZONES = ("America/Toronto", "Europe/Paris", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago")
AUTUMN, SPRING = date(2027, 11, 7), date(2027, 3, 14)  # in Toronto
EVERY_DAY = frozenset(range(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def block(starts_at: str, ends_at: str | None, weekly: Weekly | None = None) -> BlockRequest:
    return BlockRequest(
        "one", at(starts_at), None if ends_at is None else at(ends_at), BlockKind.BREAK, weekly=weekly
    )


def stretches(request: BlockRequest, *, now: datetime = NOW) -> list[tuple[datetime, datetime]]:
    return stretches_of_block(request, TORONTO, now=now)


@given(
    zone=st.sampled_from(ZONES),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    opens=st.integers(0, 287),
    length=st.integers(1, 288),
    days=st.integers(6, 365),
)
def test_a_recurring_block_covers_what_the_clock_reads_inside_it(
    zone: str, weekdays: frozenset[int], opens: int, length: int, days: int
) -> None:
    closes = min(opens + length, 288)
    first = date(2026, 11, 24)
    start = datetime.combine(first, time()) + timedelta(minutes=5 * opens)
    request = BlockRequest(
        "one",
        start,
        start + timedelta(minutes=5 * (closes - opens)),
        BlockKind.BREAK,
        weekly=Weekly(weekdays, first + days * DAY),
    )
    place = ZoneInfo(zone)
    found = stretches_of_block(request, place, now=NOW)

    window = days_window(first, first + days * DAY, place)
    blocked = 0
    for starts_at, ends_at in found:
        blocked |= window.bits(*ticks_between(starts_at, ends_at))
    span = TimeSpan(5 * opens, 5 * closes)
    read = open_bits(window, place, {day: [span] for day in weekdays})
    assert read & ~blocked == 0
    # More only where an hour is repeated: what lies between its passes.
    surplus = window.ticks(blocked & ~read)
    assert len(surplus) <= 12
    assert found == sorted(found)


def test_a_weekly_block_is_at_the_same_time_on_the_clock_in_winter_and_summer() -> None:
    lunch = block("2027-03-10T12:00", "2027-03-10T13:00", Weekly(frozenset({2}), date(2027, 3, 17)))

    assert stretches(lunch) == [
        (at("2027-03-10T17:00Z"), at("2027-03-10T18:00Z")),
        (at("2027-03-17T16:00Z"), at("2027-03-17T17:00Z")),
    ]


def test_a_weekly_block_covers_both_passes_of_a_repeated_hour_and_none_of_a_skipped_one() -> None:
    night = block("2027-11-06T01:15", "2027-11-06T01:45", Weekly(EVERY_DAY, AUTUMN))
    assert stretches(night)[-1] == (at("2027-11-07T05:15Z"), at("2027-11-07T06:45Z"))

    night = block("2027-03-13T02:15", "2027-03-13T02:45", Weekly(EVERY_DAY, SPRING + DAY))
    assert [start.date() for start, _ in stretches(night)] == [SPRING - DAY, SPRING + DAY]


def test_a_time_that_the_clock_repeats_has_to_be_chosen() -> None:
    with pytest.raises(RepeatedTime) as refused:
        stretches(block("2027-11-07T01:30", "2027-11-07T03:00"))

    first, second = refused.value.choices
    assert (refused.value.path, first.isoformat(), second.isoformat()) == (
        ("startsAt",),
        "2027-11-07T01:30:00-04:00",
        "2027-11-07T01:30:00-05:00",
    )
    chosen = replace(block("2027-11-07T01:30", "2027-11-07T03:00"), starts_at=second)
    assert stretches(chosen) == [(at("2027-11-07T06:30Z"), at("2027-11-07T08:00Z"))]


def test_a_time_that_the_clock_skips_is_refused_with_the_next_one() -> None:
    with pytest.raises(SkippedTime) as refused:
        stretches(block("2027-03-14T01:00", "2027-03-14T02:30"))

    assert refused.value.path == ("endsAt",)
    assert refused.value.next_shown.isoformat() == "2027-03-14T03:00:00-04:00"


def test_a_block_may_go_over_several_midnights_and_until_further_notice_is_a_year() -> None:
    assert stretches(block("2026-11-24T13:00", "2026-11-27T09:00")) == [
        (at("2026-11-24T18:00Z"), at("2026-11-27T14:00Z"))
    ]
    [(start, end)] = stretches(block("2026-11-23T07:00", None))
    assert end - start == timedelta(days=366)


def test_stretches_that_are_over_are_left_out_of_a_series() -> None:
    lunch = block("2026-11-20T12:00", "2026-11-20T13:00", Weekly(EVERY_DAY, date(2026, 11, 24)))
    assert [start.date().day for start, _ in stretches(lunch)] == [23, 24]


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (block("2026-11-24T13:00", "2026-11-24T12:00"), "endsAt"),
        (block("2026-11-24T13:00", "2026-11-24T13:00"), "endsAt"),
        (block("2026-11-22T13:00", "2026-11-22T14:00"), "endsAt"),
        (block("2026-11-24T13:00", "2027-12-24T13:00"), "endsAt"),
        (block("2028-11-24T13:00", "2028-11-24T14:00"), "startsAt"),
        (block("2026-11-24T13:02", "2026-11-24T14:00"), "startsAt"),
        (block("9999-12-31T23:55", None), "startsAt"),
        (block("2026-11-24T13:00", "0001-01-01T00:00"), "endsAt"),
        (block("2026-11-24T12:00", None, Weekly(EVERY_DAY, date(2026, 11, 30))), "endsAt"),
        (block("2026-11-24T12:00", "2026-11-26T12:00", Weekly(EVERY_DAY, date(2026, 11, 30))), "endsAt"),
        (block("2026-11-24T12:00", "2026-11-24T13:00", Weekly(frozenset(), date(2026, 11, 30))), "weekdays"),
        (block("2026-11-24T12:00", "2026-11-24T13:00", Weekly(frozenset({9}), date(2027, 1, 1))), "weekdays"),
        (block("2026-11-24T12:00", "2026-11-24T13:00", Weekly(EVERY_DAY, date(2026, 11, 1))), "lastDay"),
        (block("2026-11-24T12:00", "2026-11-24T13:00", Weekly(EVERY_DAY, date.max)), "lastDay"),
    ],
)
def test_times_that_make_no_sense_are_refused_by_name(request_: BlockRequest, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        stretches(request_)
    assert refused.value.path == (name,)


def test_extra_hours_are_a_day_at_most() -> None:
    request = ExtraHoursRequest("one", "here", at("2026-11-28T09:00"), at("2026-11-28T12:00"))
    assert stretch_of_extra_hours(request, TORONTO, now=NOW) == (
        at("2026-11-28T14:00Z"),
        at("2026-11-28T17:00Z"),
    )
    with pytest.raises(InvalidInput):
        stretch_of_extra_hours(replace(request, ends_at=at("2026-11-29T09:05")), TORONTO, now=NOW)


def test_a_label_is_one_line_of_sixty_characters() -> None:
    assert check_label("  Team\nmeeting\x00 ") == "Team meeting"
    assert check_label("x" * 60) == "x" * 60
    for label in ("x" * 61, "x" * 10_000, " " * 10_000):
        with pytest.raises(InvalidInput) as refused:
            check_label(label)
        assert refused.value.code is InvalidInputCode.TOO_LONG
