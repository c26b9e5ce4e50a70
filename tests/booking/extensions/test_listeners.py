"""Listeners of features: what they are told, and what waits for them."""

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


async def test_a_feature_hears_who_comes_and_when_but_no_secret(clinic: ExtendedClinic) -> None:
    told: list[ListenerContext] = []

    async def hears(heard: ListenerContext) -> None:
        told.append(heard)

    async with clinic.database.write() as session:
        await register_listeners(session, ["crm.contacts"])
    booking = await clinic.book(NINE)
    hearing = {"crm.contacts": as_outbox_listener(clinic.database, "its settings", hears)}
    assert await OutboxRelay(clinic.database, hearing, clock=clock).deliver_due() == 1

    (heard,) = told
    assert heard.event.kind is EventKind.BOOKED
    assert [visit.reference for visit in heard.appointments] == [booking.appointments[0].reference]
    assert (heard.patient.email, heard.settings) == ("patient@example.com", "its settings")
    assert booking.manage_token not in repr(heard)


async def test_what_a_feature_misses_while_it_is_left_out_is_kept_for_it(clinic: ExtendedClinic) -> None:
    async with clinic.database.write() as session:
        await register_listeners(session, ["ear", "crm.contacts", "crm2.contacts"])
    await clinic.book(NINE)
    async with clinic.database.write() as session:
        await register_listeners(session, ["ear"], absent=["crm"])
    await clinic.book(NINE + DAY)

    assert await deliveries(clinic.database) == ["crm.contacts", "crm.contacts", "ear", "ear"]
