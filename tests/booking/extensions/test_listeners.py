"""Listeners of features: the event they are called with, and the events stored while they are left out."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from booking.appointments.status import set_status
from booking.domain.actor import Actor, ActorKind
from booking.domain.events import EventKind
from booking.domain.hookspecs import TemporaryFailure
from booking.outbox.feature_listeners import ListenerContext, as_outbox_listener
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.audit import AuditAction
from booking.storage.models.outbox import OutboxDelivery
from booking.storage.queries.outbox import register_listeners
from booking.storage.session import BookingSession
from tests.booking.audit.trails import stored_rows, verify
from tests.booking.extensions.extended_clinic import NINE, ExtendedClinic
from tests.support.clinics import NOW, open_clinic, small_clinic

DAY = timedelta(days=1)
CRM = Actor(ActorKind.FEATURE, "crm.contacts", "clinic.example")


async def clock(_session: BookingSession) -> datetime:
    return NOW


@pytest.fixture
async def clinic(database: Database) -> ExtendedClinic:
    await open_clinic(database, small_clinic())
    return ExtendedClinic(database)


async def deliveries(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted(delivery.listener for delivery in await session.scalars(select(OutboxDelivery)))


async def test_a_listener_is_called_with_the_patient_and_the_appointments_but_no_secret(
    clinic: ExtendedClinic,
) -> None:
    contexts: list[ListenerContext] = []

    async def listener(context: ListenerContext) -> None:
        contexts.append(context)

    async with clinic.database.write() as session:
        await register_listeners(session, ["crm.contacts"])
    booking = await clinic.book(NINE)
    deliver = as_outbox_listener(clinic.database, "its settings", listener, actor=CRM, clock=clock)
    listeners = {"crm.contacts": deliver}
    assert await OutboxRelay(clinic.database, listeners, clock=clock).deliver_due() == 1

    (context,) = contexts
    assert context.event.kind is EventKind.BOOKED
    assert [appointment.reference for appointment in context.appointments] == [
        booking.appointments[0].reference
    ]
    assert (context.patient.email, context.settings) == ("patient@example.com", "its settings")
    assert str(booking.manage_token) not in repr(context)


@pytest.mark.parametrize("hears_statuses", [False, True])
async def test_a_listener_hears_of_statuses_only_where_its_feature_asks_for_them(
    clinic: ExtendedClinic, hears_statuses: bool
) -> None:
    heard: list[str] = []

    async def listener(context: ListenerContext) -> None:
        heard.append(f"{context.event.kind} {context.appointments[0].status}")

    async with clinic.database.write() as session:
        await register_listeners(session, ["crm.contacts"])
    booking = await clinic.book(NINE)
    deliver = as_outbox_listener(
        clinic.database, None, listener, hears_statuses=hears_statuses, actor=CRM, clock=clock
    )
    relay = OutboxRelay(clinic.database, {"crm.contacts": deliver}, clock=clock)
    await relay.deliver_due()
    async with clinic.database.write() as session:
        await set_status(
            session,
            booking.appointments[0].id,
            AppointmentStatus.ARRIVED,
            version=0,
            actor=CRM,
            now=NINE,
        )
    late = OutboxRelay(clinic.database, {"crm.contacts": deliver}, clock=at_nine)
    assert await late.deliver_due() == 1

    assert heard == ["appointment.booked booked", "appointment.arrived arrived"][: 1 + hears_statuses]


async def at_nine(_session: BookingSession) -> datetime:
    return NINE


async def test_each_call_of_a_listener_leaves_a_row_in_the_audit_trail(clinic: ExtendedClinic) -> None:
    calls: list[uuid.UUID] = []

    async def listener(context: ListenerContext) -> None:
        calls.append(context.patient.id)
        if len(calls) == 1:
            raise TemporaryFailure("the address book is closed")

    async with clinic.database.write() as session:
        await register_listeners(session, ["crm.contacts"])
    await clinic.book(NINE)
    instants = [NOW, NOW + DAY]
    for instant in instants:

        async def at(_session: BookingSession, now: datetime = instant) -> datetime:
            return now

        deliver = as_outbox_listener(clinic.database, None, listener, actor=CRM, clock=at)
        assert await OutboxRelay(clinic.database, {"crm.contacts": deliver}, clock=at).deliver_due() == 1

    rows = await stored_rows(clinic.database)
    assert [(row["patient"], row["recorded_at"]) for row in rows] == list(zip(calls, instants, strict=True))
    for row in rows:
        assert (row["action"], row["detail"]) == (AuditAction.READ, "appointment.booked")
        assert (row["actor_kind"], row["actor_id"], row["source"]) == (CRM.kind, CRM.id, CRM.source)
    assert (await verify(clinic.database)).fault is None


async def test_a_listener_is_not_called_while_its_row_can_not_be_written(clinic: ExtendedClinic) -> None:
    calls: list[ListenerContext] = []

    async def listener(context: ListenerContext) -> None:
        calls.append(context)

    async with clinic.database.write() as session:
        await register_listeners(session, ["crm.contacts"])
    await clinic.book(NINE)
    async with clinic.database.write() as session:
        await session.execute(text("UPDATE audit_head SET id = 1, sequence = -1"))
    deliver = as_outbox_listener(clinic.database, None, listener, actor=CRM, clock=clock)
    relay = OutboxRelay(clinic.database, {"crm.contacts": deliver}, clock=clock)
    assert await relay.deliver_due() == 1
    assert calls == []

    async with clinic.database.write() as session:
        await session.execute(text("UPDATE audit_head SET sequence = 0"))
        await session.execute(update(OutboxDelivery).values(due_at=NOW))  # It is tried again later.
    assert await relay.deliver_due() == 1
    assert len(calls) == 1


async def test_events_are_stored_for_a_feature_that_is_left_out(clinic: ExtendedClinic) -> None:
    async with clinic.database.write() as session:
        await register_listeners(session, ["ear", "crm.contacts", "crm2.contacts"])
    await clinic.book(NINE)
    async with clinic.database.write() as session:
        await register_listeners(session, ["ear"])
    await clinic.book(NINE + DAY)

    assert await deliveries(clinic.database) == [*["crm.contacts"] * 2, *["crm2.contacts"] * 2, *["ear"] * 2]
