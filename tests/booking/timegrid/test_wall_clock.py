"""The instant at which a clock shows a time that was told, whatever zone it was told in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.timegrid.wall_clock import instant_on_wall_clock

FIRST = datetime(2027, 6, 1, 12, tzinfo=UTC)
ZONES = ["America/Toronto", "America/Vancouver", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.integers(0, 2 * 366 * 288).map(lambda tick: FIRST + timedelta(minutes=5 * tick))


@given(instant=instants, zone=zones)
def test_an_instant_is_found_by_the_time_that_its_clock_shows(instant: datetime, zone: ZoneInfo) -> None:
    assert instant_on_wall_clock(instant.astimezone(zone), zone) == instant


@given(
    instant=instants, zone=st.sampled_from(ZONES).map(ZoneInfo), other=st.sampled_from(ZONES).map(ZoneInfo)
)
def test_another_clock_shows_the_told_time_at_the_instant_or_never(
    instant: datetime, zone: ZoneInfo, other: ZoneInfo
) -> None:
    told = instant.astimezone(zone)
    wall = told.replace(tzinfo=None)
    found = instant_on_wall_clock(told, other)
    around = [instant + timedelta(minutes=5 * ticks) for ticks in range(-26 * 12, 26 * 12)]
    showing = [each for each in around if each.astimezone(other).replace(tzinfo=None) == wall]
    assert (found is None) == (not showing)
    assert found is None or found in showing
