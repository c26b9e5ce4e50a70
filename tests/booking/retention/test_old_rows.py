"""Retention: nothing that is younger than it is kept goes, and all that is older does."""

import uuid
from datetime import datetime, timedelta
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, true

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.domain.role import Role
from booking.encryption.cipher import Ciphertext
from booking.retention import worker
from booking.retention.kinds import Kind
from booking.retention.worker import count_expired, delete_expired
from booking.storage.base import core_table
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.desk.blocked_time import BlockedTime, BlockKind, ExtraHours
from booking.storage.models.desk.offered_times import ManageLink, OfferedTime
from booking.storage.models.desk.staff_changes import ChangeKind, StaffChange
from booking.storage.models.holds import Hold
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent, OutboxListener
from booking.storage.models.staff.accounts import SignInLink, SignInSession, StaffAccount
from booking.storage.models.staff.sign_in import SignInAttempt
from booking.storage.queries.locks import try_lock_retention
from booking.storage.session import BookingSession
from tests.booking.audit.trails import SERVER
from tests.booking.catalogue.clinic_file.clinic_texts import mistakes
from tests.support.clinics import NOW, edit_file, open_clinic, small_clinic
from tests.support.databases import open_database

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FILE = small_clinic() + '[retention]\noutbox = "40 days"\nwebhook_log = "10 days"\n'
KEPT = {
    Kind.HOLDS: DAY,
    Kind.IDEMPOTENCY_KEYS: DAY,
    Kind.STAFF_CHANGES: DAY,
    Kind.SIGN_IN_ATTEMPTS: 30 * DAY,
    Kind.SIGN_IN_LINKS: 30 * DAY,
    Kind.STAFF_SESSIONS: 30 * DAY,
    Kind.BLOCKED_TIMES: 732 * DAY,
    Kind.EXTRA_HOURS: 732 * DAY,
    Kind.OUTBOX_EVENTS: 40 * DAY,
    Kind.WEBHOOK_ATTEMPTS: 10 * DAY,
}
MODELS = {
    Kind.HOLDS: Hold,
    Kind.IDEMPOTENCY_KEYS: IdempotencyKey,
    Kind.STAFF_CHANGES: StaffChange,
    Kind.SIGN_IN_ATTEMPTS: SignInAttempt,
    Kind.SIGN_IN_LINKS: SignInLink,
    Kind.STAFF_SESSIONS: SignInSession,
    Kind.BLOCKED_TIMES: BlockedTime,
    Kind.EXTRA_HOURS: ExtraHours,
    Kind.OUTBOX_EVENTS: OutboxEvent,
    Kind.WEBHOOK_ATTEMPTS: WebhookAttempt,
}
AGE = {
    Kind.HOLDS: "expires_at",
    Kind.IDEMPOTENCY_KEYS: "created_at",
    Kind.STAFF_CHANGES: "changed_at",
    Kind.SIGN_IN_ATTEMPTS: "at",
    Kind.SIGN_IN_LINKS: "expires_at",
    Kind.STAFF_SESSIONS: "last_seen_at",
    Kind.BLOCKED_TIMES: "ends_at",
    Kind.EXTRA_HOURS: "ends_at",
    Kind.OUTBOX_EVENTS: "occurred_at",
    Kind.WEBHOOK_ATTEMPTS: "at",
}

MEMBERS = [uuid.UUID(int=number) for number in range(9)]
VISIT = uuid.UUID(int=9)
NEXT_MEMBER = cycle(MEMBERS)
"""Each has one link at most."""


def row(kind: Kind, at: datetime) -> object:
    """A row of this kind that has its age since then."""
    key = uuid.uuid4()
    if kind is Kind.HOLDS:
        slot = {"service": "visit", "practitioner": "one", "location": "here", "starts_at": NOW}
        return Hold(
            id=key,
            **slot,
            ends_at=NOW + SECOND,
            created_at=at,
            token_hash=key.bytes,
            expires_at=at,
            client=b"",
        )
    if kind is Kind.IDEMPOTENCY_KEYS:
        return IdempotencyKey(key_hash=key.bytes, request_hash=b"", outcome=key, created_at=at)
    if kind is Kind.STAFF_CHANGES:
        former = {
            "former_version": 0,
            "former_status": AppointmentStatus.BOOKED,
            "former_practitioner": "one",
            "former_location": "here",
            "former_starts_at": NOW,
            "former_squeeze_in": False,
        }
        visit = {"appointment": VISIT, "kind": ChangeKind.MOVED, "version": 1, "notify": True}
        return StaffChange(id=key, act=key, actor="staff one", changed_at=at, **visit, **former)
    if kind is Kind.SIGN_IN_ATTEMPTS:
        return SignInAttempt(id=key, account_hmac=b"", address_hmac=b"", at=at, was_right=True)
    if kind is Kind.SIGN_IN_LINKS:
        return SignInLink(token_hash=key.bytes, member=next(NEXT_MEMBER), created_at=at - DAY, expires_at=at)
    if kind is Kind.STAFF_SESSIONS:
        seen = {"created_at": at - DAY, "last_seen_at": at, "ended_at": None}
        return SignInSession(
            token_hash=key.bytes, id=key, member=MEMBERS[0], **seen, user_agent="", hides_names=False
        )
    if kind in (Kind.BLOCKED_TIMES, Kind.EXTRA_HOURS):
        stretch = {"practitioner": "one", "location": "here", "starts_at": at - DAY, "ends_at": at}
        written = {"id": key, "label": "", "created_at": at - DAY, "created_by": "staff one"}
        if kind is Kind.EXTRA_HOURS:
            return ExtraHours(**written, **stretch)
        return BlockedTime(**written, **stretch, kind=BlockKind.BREAK)
    if kind is Kind.OUTBOX_EVENTS:
        return OutboxEvent(id=key, kind="appointment.booked", appointments=[], occurred_at=at)
    return WebhookAttempt(endpoint="end", event=key, kind="booked", number=1, at=at, milliseconds=1)


async def prepare(database: Database) -> None:
    await open_clinic(database, FILE)
    async with database.write() as session:
        endpoint = {"name": "Sample", "url": "https://example.com", "kinds": [], "secret": Ciphertext(b"s")}
        person = {"email": None, "role": Role.RECEPTION, "practitioner": None, "disabled_at": None}
        session.add_all(
            StaffAccount(id=one, name=str(one), name_key=str(one), **person, created_at=NOW)
            for one in MEMBERS
        )
        session.add(WebhookEndpoint(id="end", **endpoint, created_at=NOW))


async def add(database: Database, *rows: object) -> None:
    async with database.write() as session:
        if any(isinstance(each, StaffChange) for each in rows):
            await add_visit(session)
        session.add_all(rows)


async def add_visit(session: BookingSession) -> None:
    at = {"created_at": NOW, "starts_at": NOW, "ends_at": NOW + SECOND}
    slot = {"id": VISIT, "service": "visit", "practitioner": "one", "location": "here", **at}
    session.add(Patient(id=VISIT, language="en", created_at=NOW))
    session.add(Hold(**slot, token_hash=b"", expires_at=NOW))
    await session.flush()
    booked = {"reference": "SAMP-LE01", "status": AppointmentStatus.BOOKED, "patient": VISIT, "sequence": 0}
    session.add(Appointment(**slot, **booked, manage_token_hash=b"", changed_at=NOW))
    await session.flush()


async def times(database: Database, kind: Kind) -> list[datetime]:
    async with database.read() as session:
        column = getattr(MODELS[kind], AGE[kind])
        is_old = Hold.client.is_not(None) if kind is Kind.HOLDS else true()  # without those of visits
        return list(await session.scalars(select(column).where(is_old).order_by(column)))


@pytest.mark.parametrize("kind", KEPT)
async def test_a_row_goes_when_it_is_as_old_as_it_may_be(database: Database, kind: Kind) -> None:
    await prepare(database)
    limit = NOW - KEPT[kind]
    await add(database, *(row(kind, at) for at in (limit - DAY, limit, limit + SECOND, NOW)))

    async with database.read() as session:
        assert await count_expired(session, now=NOW) == dict.fromkeys(Kind, 0) | {kind: 2}
    assert await times(database, kind) == [limit - DAY, limit, limit + SECOND, NOW]

    assert await delete_expired(database, SERVER, now=NOW) == dict.fromkeys(Kind, 0) | {kind: 2}
    assert await times(database, kind) == [limit + SECOND, NOW]
    assert await delete_expired(database, SERVER, now=NOW) == dict.fromkeys(Kind, 0)


async def test_many_rows_go_in_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ROWS_A_STEP", 3)
    await prepare(database)
    old = NOW - 100 * DAY
    await add(database, *(row(Kind.IDEMPOTENCY_KEYS, old) for _ in range(10)))

    assert (await delete_expired(database, SERVER, now=NOW))[Kind.IDEMPOTENCY_KEYS] == 10


async def test_deliveries_go_with_their_event(database: Database) -> None:
    await prepare(database)
    event = row(Kind.OUTBOX_EVENTS, NOW - 41 * DAY)
    assert isinstance(event, OutboxEvent)
    await add(database, event, OutboxListener(name="sample"))
    await add(database, OutboxDelivery(event=event.id, listener="sample", attempts=1, delivered_at=NOW))

    await delete_expired(database, SERVER, now=NOW)
    async with database.read() as session:
        assert (await session.scalars(select(OutboxDelivery))).all() == []


async def test_a_booked_hold_stays(database: Database) -> None:
    await prepare(database)
    booked = row(Kind.HOLDS, NOW - 400 * DAY)
    assert isinstance(booked, Hold)
    booked.client = None
    await add(database, booked)

    assert (await delete_expired(database, SERVER, now=NOW))[Kind.HOLDS] == 0


async def test_times_that_were_offered_and_their_link_go_with_the_visit_and_no_earlier(
    database: Database,
) -> None:
    await prepare(database)
    slot = {"starts_at": NOW, "ends_at": NOW + SECOND, "practitioner": "one", "location": "here"}
    async with database.write() as session:
        await add_visit(session)  # up to NOW + SECOND
        offered = OfferedTime(appointment=VISIT, **slot, offered_at=NOW - 99 * DAY, event=VISIT)
        session.add_all(
            [offered, ManageLink(token_hash=b"link", appointment=VISIT, created_at=NOW - 99 * DAY)]
        )

    over = NOW + SECOND + 40 * DAY
    early = await delete_expired(database, SERVER, now=over - SECOND)
    assert (early[Kind.OFFERED_TIMES], early[Kind.MANAGE_LINKS]) == (0, 0)
    gone = await delete_expired(database, SERVER, now=over)
    assert (gone[Kind.OFFERED_TIMES], gone[Kind.MANAGE_LINKS]) == (1, 1)


async def test_where_no_blocked_time_goes_the_catalogue_is_not_revised(database: Database) -> None:
    await prepare(database)
    async with database.read() as session:
        before = await session.scalar(select(Clinic.catalogue_revision))
    await delete_expired(database, SERVER, now=NOW)
    async with database.read() as session:
        assert await session.scalar(select(Clinic.catalogue_revision)) == before


@pytest.mark.postgresql
async def test_one_process_at_a_time_deletes(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    await prepare(database)
    await add(database, row(Kind.IDEMPOTENCY_KEYS, NOW - 9 * DAY))
    async with database.write() as session:
        assert await try_lock_retention(session)
        assert await delete_expired(database, SERVER, now=NOW) == dict.fromkeys(Kind, 0)
    assert (await delete_expired(database, SERVER, now=NOW))[Kind.IDEMPOTENCY_KEYS] == 1
    await database.close()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.lists(st.tuples(st.sampled_from(list(KEPT)), st.integers(0, 60 * 86_400)), max_size=8))
async def test_exactly_what_is_older_goes(database: Database, ages: list[tuple[Kind, int]]) -> None:
    await prepare_once(database)
    await add(database, *(row(kind, NOW - timedelta(seconds=age)) for kind, age in ages))

    await delete_expired(database, SERVER, now=NOW)

    for kind in KEPT:
        young = sorted(NOW - age * SECOND for each, age in ages if each is kind and age * SECOND < KEPT[kind])
        assert await times(database, kind) == young


async def prepare_once(database: Database) -> None:
    """The clinic, and none of the rows of an earlier example."""
    async with database.write() as session:
        for model in (StaffChange, Appointment, Patient, *MODELS.values(), StaffAccount, WebhookEndpoint):
            await session.execute(delete(core_table(model)))
    await prepare(database)


def test_months_and_years_are_never_shorter_than_those_of_the_calendar() -> None:
    text = '[retention]\ncontact_data = "3 months"\naudit = "10 years"\n'
    file = parse_clinic_file(small_clinic() + text).retention
    assert (file.contact_data_retention, file.audit_retention) == (93 * DAY, 3660 * DAY)
    assert mistakes(small_clinic(policy={"horizon": "3 months"})) == [
        'policy.horizon: a duration looks like "45 min", "2 h" or "60 days"'
    ]


def test_a_mistake_in_a_retention_is_told() -> None:
    edits = {
        'outbox = "40 days"': 'contact_data = "3 weeks"\naudit = "11 months"\noutbox = "2 days"',
        'webhook_log = "10 days"': 'webhook_log = "36 h"',
    }
    assert mistakes(edit_file(edits, FILE)) == [
        'retention.contact_data: a period looks like "90 days", "3 months" or "10 years"',
        "retention.audit: must be from 1 year to 100 years",
        "retention.outbox: must be from 7 days to 10 years",
        "retention.webhook_log: must be whole days",
    ]
