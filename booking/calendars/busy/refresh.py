"""Asks calendars elsewhere again: each once at a time in a process, however many wait for it."""

import asyncio
import logging
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from booking.calendars.busy.copy import make_copy, question_about, store_copy, store_failure
from booking.calendars.busy.failure import RefreshFailed
from booking.catalogue.lookup import practitioners_offering
from booking.domain.open_slot import RequestedTime
from booking.domain.policy import WhenUnreachable
from booking.outbound_http.client import OutboundClient
from booking.scheduling.busy_calendars import copies_of
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCode
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.busy_calendars import CalendarCopy, busy_calendar_by_id
from booking.storage.session import BookingSession

log = logging.getLogger("book_online")

PATIENCE = timedelta(seconds=3)
"""How long a visitor waits for a practitioner's calendars before the clinic's policy decides."""
NOT_AGAIN_WITHIN = timedelta(minutes=1)
"""A calendar that couldn't be asked so short a time ago isn't asked for a visitor."""


class BusyCalendarRefresher:
    """Of one process."""

    def __init__(self, database: Database, client: OutboundClient, *, patience: timedelta = PATIENCE) -> None:
        self._database = database
        self.client = client
        self._patience = patience
        self._running: dict[uuid.UUID, asyncio.Task[None]] = {}

    async def refresh(self, id: uuid.UUID, *, now: datetime) -> None:
        """Ask the calendar, and store its copy or why there is none; never raises for what it answers.

        Raises:
            TryAgain: the database can't answer just now.
        """
        await asyncio.shield(self._task(id, now))  # Somebody who goes away leaves it to the others.

    async def close(self) -> None:
        """End what is being asked; its process too."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def before_hold(self, wanted: Sequence[RequestedTime], now: datetime) -> None:
        """Ask the calendars of those who could have these times, where one is near and the copy is old.

        After `patience` the decision is left to what is known: the clinic's policy.
        """
        async with self._database.read() as session:
            asked = await self._old_copies(session, wanted, now)
            policy = (await get_clinic(session)).busy_calendars
        if not asked:
            return
        tasks = {self._task(copy.id, now): copy.id for copy in asked}
        _, late = await asyncio.wait(tasks, timeout=self._patience.total_seconds())
        if late and policy.when_unreachable is WhenUnreachable.CLOSED:
            # The task goes on: an answer that comes later opens the times again.
            async with self._database.write() as session:
                for task in late:
                    await store_failure(session, tasks[task], BusyCode.UNREACHABLE, asked_at=now)

    async def _old_copies(
        self, session: BookingSession, wanted: Sequence[RequestedTime], now: datetime
    ) -> list[CalendarCopy]:
        policy = (await get_clinic(session)).busy_calendars
        near = [time for time in wanted if time.starts_at <= now + policy.near]
        if not near:
            return []
        of: Collection[str] = {time.practitioner for time in near if time.practitioner}
        if not of:
            of = await practitioners_offering(session, near[0].service)
        return [
            copy
            for copy in await copies_of(session, of)
            if not policy.is_fresh(copy.copied_at, now) and not _failed_just_now(copy, now)
        ]

    def _task(self, id: uuid.UUID, now: datetime) -> asyncio.Task[None]:
        running = self._running.get(id)
        if running is None:
            running = self._running[id] = asyncio.create_task(self._refresh(id, now))
            running.add_done_callback(lambda task: self._done(id, task))
        return running

    async def _refresh(self, id: uuid.UUID, now: datetime) -> None:
        async with self._database.read() as session:
            calendar = await busy_calendar_by_id(session, id)
            question = await question_about(session, calendar) if calendar else None
        if question is None:
            return
        try:
            copy = await make_copy(self.client, question, now=now)
        except RefreshFailed as failed:
            async with self._database.write() as session:
                await store_failure(session, id, failed.code, asked_at=now)
        else:
            async with self._database.write() as session:
                await store_copy(session, id, copy, asked_at=now)

    def _done(self, id: uuid.UUID, task: asyncio.Task[None]) -> None:
        del self._running[id]
        if not task.cancelled() and (reason := task.exception()):
            log.warning("a calendar elsewhere could not be refreshed: %s", type(reason).__name__)


def _failed_just_now(copy: CalendarCopy, now: datetime) -> bool:
    return (
        copy.failing_since is not None
        and copy.asked_at is not None
        and now < copy.asked_at + NOT_AGAIN_WITHIN
    )
