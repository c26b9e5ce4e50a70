"""What the database says of the clinic's work: the same from every replica, at a moment that stands still."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.dialects import sqlite

from booking.appointments.hold import HoldRequest, hold_slot
from booking.audit.copies import CopyEvent, record_copy
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Reminder
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.models.outbox import OutboxDelivery
from booking.storage.models.waiting_list import WaitingListOpening
from booking.storage.queries.messages.backlog import UNDELIVERED
from graphql_api.context.clock import Clock
from graphql_api.http.monitoring.definitions import OF_DATABASE
from graphql_api.http.monitoring.monitoring import Monitoring
from graphql_api.http.stopping import Stopping
from graphql_api.settings import Settings
from tests.booking.calendars.busy.copies import add_copy
from tests.booking.outbox.conftest import NINE, book_at, register
from tests.booking.waiting_list.waiting_clinic import waiting_clinic
from tests.graphql_api.http.monitoring.conftest import MeasuredServer, scraped
from tests.support.clinics import NOW, open_clinic, practitioner
from tests.support.databases import open_database
from tests.support.sql_statements import sql_statements

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LAST_DAY = {"two": "2026-12-18", "three": "2031-12-31", "four": "2026-06-30"}
"""Of the certificates of these practitioners: within the horizon of 30 days, beyond it, and over."""
PRACTITIONERS = "".join(
    practitioner(slug, "09:00-10:00", f'certifications = [{{ kind = "needling", valid_until = {day} }}]')
    for slug, day in LAST_DAY.items()
)


def clinic_file(quiet_hours: str = "false") -> str:
    return waiting_clinic(f"quiet_hours = {quiet_hours}", more=PRACTITIONERS)


@pytest.fixture
async def clinic(database: Database) -> Database:
    await open_clinic(database, clinic_file())
    return database


def monitor_of(database: Database, url: str) -> httpx.AsyncClient:
    """The monitoring port of one replica."""
    monitoring = Monitoring(database, Settings(url).data_keys(), Clock(lambda: NOW), Stopping())
    return httpx.AsyncClient(transport=httpx.ASGITransport(monitoring.app()), base_url="http://monitor")


@pytest.fixture
async def monitor(clinic: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with monitor_of(clinic, database_url) as http:
        yield http


async def values(monitor: httpx.AsyncClient, name: str) -> dict[tuple[str, ...], float]:
    return await MeasuredServer(monitor, monitor).values(f"book_online_{name}")


async def test_the_outbox_says_what_waits_since_when_and_what_was_given_up(
    clinic: Database, monitor: httpx.AsyncClient
) -> None:
    await register(clinic, "mail", "webhook:one", "webhook:two", "crm.contacts")
    for at in (NINE, NINE + 30 * MINUTE):
        await book_at(clinic, at)
    async with clinic.write() as session:
        given_up = update(OutboxDelivery).where(OutboxDelivery.listener == "webhook:two")
        await session.execute(given_up.values(due_at=None))
        done = update(OutboxDelivery).where(OutboxDelivery.listener == "crm.contacts")
        await session.execute(done.values(due_at=None, delivered_at=NOW))

    assert await values(monitor, "outbox_waiting") == {("mail",): 2, ("webhook",): 2, ("crm.contacts",): 0}
    assert await values(monitor, "outbox_given_up") == {("mail",): 0, ("webhook",): 2, ("crm.contacts",): 0}
    ages = await values(monitor, "outbox_oldest_age_seconds")
    assert ages == {("mail",): 0, ("webhook",): 0, ("crm.contacts",): 0}


async def test_jobs_are_late_from_the_moment_at_which_their_first_work_was_due(
    clinic: Database, monitor: httpx.AsyncClient
) -> None:
    await book_at(clinic)
    async with clinic.write() as session:
        visit = (await session.scalars(select(Appointment))).one()
        for days, due_at in ((1, NOW - 10 * MINUTE), (7, NOW - 5 * MINUTE)):
            reminder = {"appointment": visit.id, "starts_at": visit.starts_at, "days_before": days}
            session.add(Reminder(id=uuid.uuid4(), due_at=due_at, taken_at=None, event=None, **reminder))
        session.add(WaitingListOpening(id=uuid.uuid4(), practitioner="one", due_at=NOW - 3 * MINUTE))
        session.add(WaitingListOpening(id=uuid.uuid4(), practitioner="two", due_at=NOW + 3 * MINUTE))

    assert await values(monitor, "task_late_seconds") == {("reminders",): 600, ("waiting_list",): 180}


async def test_in_quiet_hours_time_that_opened_may_wait(database: Database, database_url: str) -> None:
    await open_clinic(database, clinic_file('"21:00-08:00"'))  # It is seven.
    async with database.write() as session:
        session.add(WaitingListOpening(id=uuid.uuid4(), practitioner="one", due_at=NOW - 3 * HOUR))

    async with monitor_of(database, database_url) as monitor:
        assert await values(monitor, "task_late_seconds") == {("reminders",): 0, ("waiting_list",): 0}


async def test_what_should_have_been_deleted_is_counted_two_hours_later(
    clinic: Database, monitor: httpx.AsyncClient
) -> None:
    async with clinic.write() as session:
        for number, age in enumerate((DAY, DAY + HOUR, DAY + 2 * HOUR, DAY + 3 * HOUR)):
            row = {"key_hash": bytes([number]), "request_hash": b"", "outcome": uuid.uuid4()}
            session.add(IdempotencyKey(created_at=NOW - age, **row))

    assert await values(monitor, "retention_overdue_rows") == {(): 2}


async def test_holds_calendars_certificates_and_backups(clinic: Database, monitor: httpx.AsyncClient) -> None:
    async with clinic.write() as session:
        for minutes, at in ((0, NOW - HOUR), (0, NOW), (30, NOW)):
            await hold_slot(session, HoldRequest("visit", NINE + minutes * MINUTE), now=at)
    await add_copy(clinic, "one", [], copied_at=NOW - HOUR)
    await add_copy(clinic, "two", [], copied_at=NOW - 2 * HOUR)
    async with clinic.write() as session:
        for at in (NOW - 2 * DAY, NOW - DAY):
            actor = Actor(ActorKind.SERVER, "a test", "here")
            await record_copy(session, actor, CopyEvent.BACKED_UP, now=at)
        await record_copy(session, actor, CopyEvent.KEYS_BACKED_UP, now=NOW - HOUR)

    assert await values(monitor, "holds") == {(): 2}
    assert await values(monitor, "busy_calendars") == {("ok",): 2, ("failing",): 0}
    assert await values(monitor, "busy_calendar_oldest_age_seconds") == {(): 7200}
    assert await values(monitor, "certificates") == {("expired",): 1, ("expiring",): 1, ("valid",): 1}
    midnight = datetime(2026, 12, 19, 5, tzinfo=UTC).timestamp()  # in Toronto, after its last day
    assert await values(monitor, "certificate_next_expiry_timestamp_seconds") == {(): midnight}
    assert await values(monitor, "last_backup_timestamp_seconds") == {(): (NOW - DAY).timestamp()}
    assert await values(monitor, "last_key_store_backup_timestamp_seconds") == {(): (NOW - HOUR).timestamp()}
    names = {definition.name for definition in OF_DATABASE if "listener" not in definition.labels}
    assert names <= (await scraped(monitor)).keys()


async def test_every_replica_answers_the_same(
    clinic: Database, monitor: httpx.AsyncClient, database_url: str
) -> None:
    await register(clinic, "mail")
    await book_at(clinic)
    other = open_database(database_url)
    async with monitor_of(other, database_url) as another:
        both = [await scraped(each) for each in (monitor, another)]
    await other.close()
    names = [definition.name for definition in OF_DATABASE]
    one, two = ({name: samples.get(name) for name in names} for samples in both)
    assert one["book_online_outbox_waiting"] == [({"listener": "mail"}, 1)]
    assert one == two


async def test_many_who_ask_at_once_are_answered_by_one_look(monitor: httpx.AsyncClient) -> None:
    with sql_statements() as sent:
        await asyncio.gather(*(scraped(monitor) for _ in range(5)))
        once = len(sent)
        await scraped(monitor)
    assert once == len(sent)
    assert 0 < once < 60


async def test_a_database_that_is_gone_leaves_what_the_process_counts(
    clinic: Database, sqlite_url: str
) -> None:
    gone = open_database(f"{sqlite_url}-gone")
    async with monitor_of(gone, sqlite_url) as monitor:
        samples = await scraped(monitor)
    await gone.close()
    assert samples["book_online_database_up"] == [({}, 0)]
    assert samples["book_online_build_info"]
    assert "book_online_holds" not in samples


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_delivered_is_not_read(clinic: Database) -> None:
    statement = str(UNDELIVERED.compile(dialect=sqlite.dialect()))
    async with clinic.read() as session:
        plan = [row.detail for row in await session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert "SCAN outbox_deliveries USING INDEX ix_outbox_deliveries_undelivered" in plan
