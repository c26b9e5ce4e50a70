"""What changes of a visit come to, beside a model that keeps each state of it."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.events import Event, EventKind
from booking.notifications.staff.net_change import (
    DELAY,
    NetChange,
    VisitNow,
    VisitTime,
    events_of_mail,
    net_changes,
)

START = datetime(2026, 11, 24, 14, tzinfo=UTC)
VISIT = uuid.UUID(int=1)
TIMES = [VisitTime(START + timedelta(hours=hour), slug) for hour in range(3) for slug in ("one", "two")]


def event(kind: EventKind, at: datetime = START, former: VisitTime | None = None) -> Event:
    practitioner = former.practitioner if former else None
    return Event(
        uuid.uuid4(),
        kind,
        (VISIT,),
        at,
        former.starts_at if former else None,
        moved_from_practitioner=practitioner,
    )


@given(st.booleans(), st.lists(st.sampled_from([None, *TIMES]), min_size=1, max_size=6))
def test_the_change_is_from_the_first_state_to_the_last(stood: bool, wanted: list[VisitTime | None]) -> None:
    """The model: None cancels, a time moves the visit there, or books it where none stands."""
    before = after = TIMES[0] if stood else None
    last = TIMES[0]
    events: list[Event] = []
    for time in wanted:
        if time == after:
            continue
        if after is None:
            # Booked again where it was cancelled: an undo. One that is new is wherever it was booked.
            time = last if events else time
            events.append(event(EventKind.BOOKED))
        elif time is None:
            events.append(event(EventKind.CANCELLED))
        else:
            # As an event tells it: the practitioner only where another one has the visit now.
            told = after if after.practitioner != time.practitioner else None
            moved = event(EventKind.MOVED, former=told)
            events.append(moved if told else _same_practitioner(moved, after))
        after, last = time, time or last

    changes = net_changes(events, {VISIT: VisitNow(last, after is not None)})

    assert changes == ([NetChange(VISIT, before, after)] if before != after else [])


def _same_practitioner(moved: Event, former: VisitTime) -> Event:
    return Event(moved.id, moved.kind, moved.appointments, moved.occurred_at, former.starts_at)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=8))
def test_each_event_is_told_of_once(gaps: list[int]) -> None:
    at, events = START, []
    for seconds in gaps:
        at += timedelta(seconds=seconds)
        events.append(event(EventKind.MOVED, at))

    mails = [events_of_mail(each, events) for each in events]

    assert [each for mail in mails for each in mail] == events
    for mail in filter(None, mails):
        assert all(later.occurred_at - each.occurred_at < DELAY for each, later in pairwise(mail))


def test_a_visit_that_goes_to_a_colleague_is_gone_for_one_and_new_for_the_other() -> None:
    change = NetChange(VISIT, VisitTime(START, "one"), VisitTime(START, "two"))

    lost, got = change.of("one"), change.of("two")

    assert lost == NetChange(VISIT, VisitTime(START, "one"), None)
    assert got == NetChange(VISIT, None, VisitTime(START, "two"))
    assert [lost.kind, got.kind] == [EventKind.CANCELLED, EventKind.BOOKED]
    assert change.of("three") is None
    assert change.kind is EventKind.MOVED
