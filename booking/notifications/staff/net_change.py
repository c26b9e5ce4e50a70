"""What several changes of a visit within minutes come to: booked, moved, cancelled, or nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.domain.events import Event, EventKind

DELAY = timedelta(minutes=3)
"""A change waits so long for a further one of the same visit or course: both are one mail."""
KINDS = (EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED)


@dataclass(frozen=True)
class VisitTime:
    """When a visit that stands begins, and with whom (slug)."""

    starts_at: datetime
    practitioner: str


@dataclass(frozen=True)
class VisitNow:
    """A visit as it is, or was when it was cancelled."""

    time: VisitTime
    stands: bool


@dataclass(frozen=True)
class NetChange:
    """`before` is None for a visit that is new, `after` for one that is cancelled."""

    appointment: uuid.UUID
    before: VisitTime | None
    after: VisitTime | None

    @property
    def kind(self) -> EventKind:
        if self.before is None:
            return EventKind.BOOKED
        return EventKind.MOVED if self.after else EventKind.CANCELLED

    @property
    def times(self) -> Sequence[VisitTime]:
        """One or two, the last of them the newest."""
        return [time for time in (self.before, self.after) if time]

    def of(self, practitioner: str) -> "NetChange | None":
        """What it is to one practitioner (slug): a visit given to a colleague is gone."""
        mine = NetChange(
            self.appointment,
            self.before if self.before and self.before.practitioner == practitioner else None,
            self.after if self.after and self.after.practitioner == practitioner else None,
        )
        return mine if mine.times else None


def events_of_mail(event: Event, beside: Sequence[Event]) -> Sequence[Event]:
    """The events that the mail about this one tells of: the earlier ones, too, where less than `DELAY` lies
    between each and the next. None if a later one is as near, since its mail tells of this one.

    `beside` is all events of the visit or course in order, `event` among them.
    """
    changes = [each for each in beside if each.kind in KINDS]
    last = [each.id for each in changes].index(event.id)
    if last + 1 < len(changes) and changes[last + 1].occurred_at - event.occurred_at < DELAY:
        return []
    first = last
    while first and changes[first].occurred_at - changes[first - 1].occurred_at < DELAY:
        first -= 1
    return changes[first : last + 1]


def net_changes(events: Sequence[Event], visits: Mapping[uuid.UUID, VisitNow]) -> Sequence[NetChange]:
    """What the events, in order, made of each visit; without those that are as they were."""
    changes = []
    for appointment in dict.fromkeys(each for event in events for each in event.appointments):
        if visit := visits.get(appointment):
            of_visit = [event for event in events if appointment in event.appointments]
            before, after = _before(of_visit, visit), visit.time if visit.stands else None
            if before != after:
                changes.append(NetChange(appointment, before, after))
    return changes


def _before(events: Sequence[Event], visit: VisitNow) -> VisitTime | None:
    """The visit before all of the events, found by going back from what it is now."""
    time, stood = visit.time, visit.stands
    for event in reversed(events):
        stood = event.kind is not EventKind.BOOKED
        if event.kind is EventKind.MOVED:
            practitioner = event.moved_from_practitioner or time.practitioner
            time = VisitTime(event.moved_from or time.starts_at, practitioner)
    return time if stood else None
