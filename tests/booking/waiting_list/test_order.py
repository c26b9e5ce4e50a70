"""The order by itself, for any who wait."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from booking.waiting_list.order import Waiting, in_order

START = datetime(2026, 11, 23, tzinfo=UTC)
PEOPLE = [b"a", b"b", b"c", b"d"]
WAITING = st.lists(
    st.builds(
        Waiting,
        st.uuids(),
        st.sampled_from(PEOPLE),
        st.integers(0, 5).map(lambda hours: START + timedelta(hours=hours)),
    ),
    max_size=12,
    unique_by=lambda each: each.entry,
)
ASKED = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 4))


@given(WAITING, ASKED, st.sets(st.sampled_from(PEOPLE)), st.integers(1, 4), st.integers(1, 3))
def test_whoever_can_be_asked_is_asked_in_order(
    waiting: list[Waiting], asked: dict[bytes, int], being_asked: set[bytes], offers: int, entries: int
) -> None:
    turns = in_order(
        waiting, asked=asked, being_asked=being_asked, offers_a_week=offers, entries_a_person=entries
    )

    for former, latter in pairwise(turns):
        assert former.asked <= latter.asked
        if former.asked == latter.asked:
            assert former.waiting.waiting_since <= latter.waiting.waiting_since
    assert [turn.place for turn in turns] == list(range(1, len(turns) + 1))
    chosen = {turn.waiting.entry for turn in turns}
    for each in waiting:
        same = [other for other in waiting if other.person == each.person]
        older = sum((other.waiting_since, other.entry) < (each.waiting_since, each.entry) for other in same)
        can_be = older < entries and each.person not in being_asked and asked.get(each.person, 0) < offers
        assert (each.entry in chosen) == can_be


def test_the_reason_says_nothing_about_the_person() -> None:
    waiting = Waiting(uuid.UUID(int=1), b"secret", START)
    [turn] = in_order([waiting], asked={}, being_asked=(), offers_a_week=1, entries_a_person=1)

    assert turn.reason == (
        "number 1 in the waiting list's order: offered 0 times within 7 days, waiting since 2026-11-23"
    )
