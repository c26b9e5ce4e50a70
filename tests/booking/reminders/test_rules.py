"""When a reminder is due, for any rules and any visit."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.reminders.rules import BEFORE_QUIET, ReminderRules
from booking.timegrid.quiet_hours import QuietHours

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TIMES = st.integers(0, 1439).map(lambda minutes: timedelta(minutes=minutes))
QUIET = st.none() | st.builds(QuietHours, TIMES, TIMES).filter(lambda quiet: quiet.begin != quiet.end)
ZONES = st.sampled_from(["America/Toronto", "Asia/Kathmandu", "Europe/Paris", "Australia/Lord_Howe"])
HOURS = 2 * 365 * 24
INSTANTS = st.integers(0, HOURS * 4).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * HOUR / 4)
WAITS = st.integers(0, 168).map(lambda hours: hours * HOUR)


def rules(
    zone: str = "America/Toronto",
    *,
    days: tuple[int, ...] = (7, 1),
    at: timedelta = 16 * HOUR,
    wait: timedelta = DAY,
    quiet: QuietHours | None = None,
) -> ReminderRules:
    clock = ZoneInfo(zone)
    return ReminderRules(days, at, wait, quiet, clock, {"here": clock}, frozenset({"silent"}))


def due(rules: ReminderRules, starts_at: str, timed_at: str = "2026-01-01T00:00Z") -> list[str]:
    times = (datetime.fromisoformat(starts_at), datetime.fromisoformat(timed_at))
    found = rules.due_times("visit", "here", times[0], timed_at=times[1])
    return [f"{days}: {at.astimezone(rules.zone):%a %d %H:%M}" for days, at in found]


def test_a_week_and_a_day_before_in_the_afternoon() -> None:
    assert due(rules(), "2026-11-24T09:00-05:00") == ["7: Tue 17 16:00", "1: Mon 23 16:00"]


def test_in_the_afternoon_on_both_sides_of_a_clock_change() -> None:
    assert due(rules(), "2026-11-03T09:00-05:00") == ["7: Tue 27 16:00", "1: Mon 02 16:00"]


def test_none_is_due_within_a_day_of_the_booking() -> None:
    visit, four = "2026-11-24T09:00-05:00", "2026-11-22T16:00-05:00"

    assert due(rules(), visit, four) == ["1: Mon 23 16:00"]
    assert due(rules(), visit, four.replace("16:00", "16:01")) == []


def test_quiet_hours_move_a_reminder_to_their_end() -> None:
    night = rules(at=22 * HOUR, quiet=QuietHours(21 * HOUR, 8 * HOUR))

    assert due(night, "2026-11-24T09:00-05:00") == ["7: Wed 18 08:00", "1: Tue 24 08:00"]


def test_before_a_visit_in_the_early_morning_they_move_it_to_before_them() -> None:
    night = rules(days=(1,), at=22 * HOUR, quiet=QuietHours(21 * HOUR, 8 * HOUR))

    assert due(night, "2026-11-24T07:30-05:00") == ["1: Mon 23 20:30"]


def test_a_silent_service_has_none() -> None:
    visit = datetime.fromisoformat("2026-11-24T09:00-05:00")

    assert list(rules().due_times("silent", "here", visit, timed_at=visit - 30 * DAY)) == []


@given(zone=ZONES, at=TIMES, quiet=QUIET, wait=WAITS, visit=INSTANTS, ahead=st.integers(0, 1000))
def test_a_reminder_is_before_the_visit_after_the_wait_and_in_no_quiet_hour(
    zone: str, at: timedelta, quiet: QuietHours | None, wait: timedelta, visit: datetime, ahead: int
) -> None:
    asked = rules(zone, days=(7, 2, 1), at=at, wait=wait, quiet=quiet)
    timed_at = visit - ahead * HOUR

    for days, due_at in asked.due_times("visit", "here", visit, timed_at=timed_at):
        assert timed_at + wait <= due_at < visit
        nearest = timedelta(0) if quiet is None else DAY + BEFORE_QUIET
        assert abs(visit - due_at - days * DAY) <= DAY + nearest + HOUR
        if quiet is None or (quiet.begin - quiet.end) % DAY > BEFORE_QUIET + 2 * HOUR:
            assert asked.quiet_until(due_at) is None


# Where less is not quiet than clocks skip, one night may begin before the other has ended.
@given(
    zone=ZONES,
    quiet=QUIET.filter(lambda quiet: quiet is not None and (quiet.begin - quiet.end) % DAY > HOUR),
    at=INSTANTS,
)
def test_what_waits_for_the_end_of_quiet_hours_is_not_in_them_any_more(
    zone: str, quiet: QuietHours, at: datetime
) -> None:
    asked = rules(zone, quiet=quiet)

    if (until := asked.quiet_until(at)) is not None:
        assert until > at
        assert asked.quiet_until(until) is None
