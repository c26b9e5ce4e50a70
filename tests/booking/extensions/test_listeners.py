"""Listeners of features: the event they are called with, and the events stored while they are left out."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from booking.domain.events import EventKind
from booking.extensions.dispatch import ListenerContext, as_outbox_listener
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from booking.storage.models.outbox import OutboxDelivery
from booking.storage.queries.outbox import register_listeners
from booking.storage.session import BookingSession
from tests.booking.extensions.extended_clinic import NINE, ExtendedClinic
from tests.support.clinics import NOW, open_clinic, small_clinic

DAY = timedelta(days=1)


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
    listeners = {"crm.contacts": as_outbox_listener(clinic.database, "its settings", listener)}
    assert await OutboxRelay(clinic.database, listeners, clock=clock).deliver_due() == 1

    (context,) = contexts
    assert context.event.kind is EventKind.BOOKED
    assert [appointment.reference for appointment in context.appointments] == [
        booking.appointments[0].reference
    ]
    assert (context.patient.email, context.settings) == ("patient@example.com", "its settings")
    assert booking.manage_token not in repr(context)


async def test_events_are_stored_for_a_feature_that_is_left_out(clinic: ExtendedClinic) -> None:
    async with clinic.database.write() as session:
        await register_listeners(session, ["ear", "crm.contacts", "crm2.contacts"])
    await clinic.book(NINE)
    async with clinic.database.write() as session:
        await register_listeners(session, ["ear"])
    await clinic.book(NINE + DAY)

    assert await deliveries(clinic.database) == [*["crm.contacts"] * 2, *["crm2.contacts"] * 2, *["ear"] * 2]
