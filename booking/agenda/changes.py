"""Marks of days, equal only where the agenda shows the same: so an open desk knows when to look again."""

import hashlib
from datetime import date, datetime, timedelta
from functools import partial

from booking.agenda.day import day_agenda
from booking.agenda.values import DayAgenda, Entry, Visit
from booking.storage.caches.shared_reads import SharedReads
from booking.storage.database import Database
from booking.timegrid.ticks import TICK, instant_at, tick_at


class DayMarks:
    """The marks of one process. Each is computed once for each state of the database, for all who watch."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads = SharedReads()

    async def of(self, day: date, only_practitioner: str | None, *, now: datetime) -> str:
        """The mark of the day as it is at `now`, as `day_agenda` shows it.

        It costs next to nothing while nothing was committed. It changes, too, when a hold ends, and each
        five minutes of the day itself, since free time passes. It tells nothing about patients.

        Raises:
            TryAgain: the database can't answer just now.
        """
        token = await self._database.change_token.read(is_recent=False)
        compute = partial(self._compute, day, only_practitioner, now)
        if token is None:
            return (await compute())[0]
        return await self._reads.get(token, (day, only_practitioner), compute, now=now)

    async def _compute(self, day: date, only_practitioner: str | None, now: datetime) -> tuple[str, datetime]:
        """The mark, and until when it is true unless the database changes."""
        async with self._database.read() as session:
            agenda = await day_agenda(
                session, day, only_practitioner=only_practitioner, with_details=False, now=now
            )
            hold_ends = session.next_hold_expiry
        # At a tick the agenda is still as it was before; right after it is another.
        tick_passed = instant_at(tick_at(now + TICK - timedelta.resolution)) + timedelta.resolution
        ends = [tick_passed, hold_ends]
        return mark_of(agenda), min(end for end in ends if end is not None)


def mark_of(agenda: DayAgenda) -> str:
    """The same with and without the details of patients: whoever changes those changes the version."""
    shown = [
        (column.practitioner, column.name, *column.open, *map(_shown, column.entries))
        for column in agenda.columns
    ]
    parts = agenda.first, agenda.end, sorted(agenda.counts.items()), shown
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _shown(entry: Entry) -> object:
    if not isinstance(entry, Visit):
        return entry
    return entry.id.hex, entry.version, entry.status.value, entry.starts_at, entry.ends_at, entry.is_possible
