"""DatabaseGauges: what the database says of the clinic's work, read when somebody asks for it.

Every replica answers the same, because nothing is counted by a process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from prometheus_client.core import GaugeMetricFamily

from booking.audit.copies import CopyEvent, last_copy_at
from booking.background import Clock
from booking.domain.errors import BookingError
from booking.retention.worker import count_expired
from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.queries.catalogue import ends_of_certifications, get_clinic
from booking.storage.queries.desk.busy_calendars import health_of_calendars
from booking.storage.queries.holds import count_holds
from booking.storage.queries.messages.backlog import outbox_backlog
from booking.storage.queries.reminders import first_due_reminder
from booking.storage.queries.waiting_list import count_waiting, first_work_due
from booking.storage.session import BookingSession
from booking.waiting_list.rules import waiting_list_rules
from graphql_api.http.monitoring import definitions as metric
from graphql_api.http.monitoring.definitions import Definition

log = logging.getLogger("book_online")

TIMEOUT_SECONDS = 3
KEPT_SECONDS = 5
"""So often the database is asked at most, however many ask."""
RARELY_KEPT_SECONDS = 300
"""The same for what takes the database longer, and changes slowly."""
OVERDUE = timedelta(hours=2)
"""Retention works every hour."""

Sample = tuple[Definition, tuple[str, ...], float]
"""A metric, the values of its labels, and its value."""
Read = Callable[[BookingSession, datetime], Awaitable[list[Sample]]]


@dataclass
class _Cached:
    """The samples of one reader, until they are too old."""

    read: Read
    seconds: float
    samples: list[Sample] | None = None
    until: float = field(default=0.0)


class DatabaseGauges:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._cached = [_Cached(_often, KEPT_SECONDS), _Cached(_rarely, RARELY_KEPT_SECONDS)]
        self._lock = asyncio.Lock()

    async def read(self) -> list[GaugeMetricFamily]:
        """The gauges. Those that can't be read in time are missing, and `book_online_database_up` is 0."""
        async with self._lock:  # Who asks meanwhile gets the same.
            samples: list[Sample] = []
            is_up = True
            for cached in self._cached:
                if cached.samples is None or monotonic() >= cached.until:
                    cached.samples = await self._samples(cached.read) if is_up else None
                    cached.until = monotonic() + cached.seconds
                is_up &= cached.samples is not None
                samples += cached.samples or []
        return list(_families([(metric.DATABASE_UP, (), float(is_up)), *samples]))

    async def _samples(self, read: Read) -> list[Sample] | None:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._database.read() as session:
                return await read(session, await self._clock(session))
        except (BookingError, TimeoutError):
            return None  # The database has logged the reason.
        except Exception:
            log.exception("metrics could not be read from the database")
            return None


async def _often(session: BookingSession, now: datetime) -> list[Sample]:
    clinic = await get_clinic(session)
    samples: list[Sample] = []
    for listener, backlog in (await outbox_backlog(session)).items():
        samples += [
            (metric.OUTBOX_WAITING, (listener,), backlog.waiting),
            (metric.OUTBOX_AGE, (listener,), _late(backlog.oldest, now)),
            (metric.OUTBOX_GIVEN_UP, (listener,), backlog.given_up),
        ]
    calendars = await health_of_calendars(session)
    if calendars.oldest_copy:
        samples.append((metric.BUSY_CALENDAR_AGE, (), _late(calendars.oldest_copy, now)))
    rules = waiting_list_rules(clinic)
    if rules:  # In quiet hours nobody is offered what has opened.
        due = await first_work_due(session, expired_alone=rules.is_quiet(now))
        samples.append((metric.TASK_LATE, ("waiting_list",), _late(due, now)))
    return [
        *samples,
        (metric.HOLDS, (), await count_holds(session, now=now)),
        (metric.WAITING_LIST, (), await count_waiting(session)),
        (metric.TASK_LATE, ("reminders",), _late(await first_due_reminder(session), now)),
        (metric.BUSY_CALENDARS, ("ok",), calendars.number - calendars.failing),
        (metric.BUSY_CALENDARS, ("failing",), calendars.failing),
    ]


async def _rarely(session: BookingSession, now: datetime) -> list[Sample]:
    backups = {
        metric.LAST_BACKUP: await last_copy_at(session, CopyEvent.BACKED_UP),
        metric.LAST_KEYS_BACKUP: await last_copy_at(session, CopyEvent.KEYS_BACKED_UP),
    }
    overdue = await count_expired(session, now=now - OVERDUE)
    return [
        (metric.RETENTION_OVERDUE, (), sum(overdue.values())),
        *((name, (), made_at.timestamp()) for name, made_at in backups.items() if made_at),
        *await _certificates(session, await get_clinic(session), now),
    ]


async def _certificates(session: BookingSession, clinic: Clinic, now: datetime) -> list[Sample]:
    """A certificate ends with its last day, on the clock of the clinic."""
    zone = ZoneInfo(clinic.time_zone)
    ends = [
        datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        for day in await ends_of_certifications(session)
    ]
    ahead = [end for end in ends if end > now]
    expiring = sum(end <= now + clinic.horizon for end in ahead)
    return [
        (metric.CERTIFICATES, ("expired",), len(ends) - len(ahead)),
        (metric.CERTIFICATES, ("expiring",), expiring),
        (metric.CERTIFICATES, ("valid",), len(ahead) - expiring),
        *([(metric.CERTIFICATE_END, (), ahead[0].timestamp())] if ahead else ()),
    ]


def _late(since: datetime | None, now: datetime) -> float:
    """Seconds since then; 0 where it is still to come, or where there is nothing."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _families(samples: Iterable[Sample]) -> Iterator[GaugeMetricFamily]:
    by_metric: dict[Definition, GaugeMetricFamily] = {}
    for definition, labels, value in samples:
        if definition not in by_metric:
            by_metric[definition] = GaugeMetricFamily(
                definition.name, definition.help, labels=definition.labels
            )
        by_metric[definition].add_metric(labels, value)
    yield from by_metric.values()
