"""The soonest times that differ, of slots in order."""

from datetime import datetime, timedelta

import pytest

from booking.domain.open_slot import OpenSlot
from booking.scheduling.soonest import differing

CASES = {
    "today, a morning, and late": (
        ["Mon 13:00", "Mon 13:15", "Mon 17:15", "Tue 09:00", "Tue 17:00"],
        ["Mon 13:00", "Mon 17:15", "Tue 09:00"],
    ),
    "a morning of a later day": (
        ["Mon 09:00", "Mon 09:15", "Mon 16:00", "Wed 08:00"],
        ["Mon 09:00", "Mon 16:00", "Wed 08:00"],
    ),
    "late at first, and late again on another day": (
        ["Mon 17:00", "Mon 19:30", "Tue 12:00", "Wed 16:00", "Thu 09:00"],
        ["Mon 17:00", "Wed 16:00", "Thu 09:00"],
    ),
    "late, but hardly later": (["Mon 15:45", "Mon 16:00", "Mon 17:45"], ["Mon 15:45", "Mon 17:45"]),
    "never late: other days instead": (
        ["Mon 09:00", "Tue 09:00", "Tue 10:00", "Wed 13:00", "Thu 09:00"],
        ["Mon 09:00", "Tue 09:00", "Wed 13:00"],
    ),
    "afternoons alone": (
        ["Mon 13:00", "Mon 14:00", "Tue 13:00", "Wed 13:00", "Thu 13:00"],
        ["Mon 13:00", "Tue 13:00", "Wed 13:00"],
    ),
    "one day": (["Mon 13:00", "Mon 13:15"], ["Mon 13:00"]),
    "none": ([], []),
}


@pytest.mark.parametrize("case", CASES)
def test_the_soonest_times_differ(case: str) -> None:
    starts, expected = CASES[case]

    chosen = differing((start, OpenSlot("visit", "one", "here", start, start)) for start in map(at, starts))

    assert [slot.starts_at for slot in chosen] == [at(start) for start in expected]


def at(text: str) -> datetime:
    """A time of the last week of November 2026."""
    day, clock = text.split()
    monday = datetime.fromisoformat(f"2026-11-23T{clock}:00-05:00")
    return monday + timedelta(days=["Mon", "Tue", "Wed", "Thu"].index(day))
