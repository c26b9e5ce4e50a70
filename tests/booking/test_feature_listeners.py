"""Listeners of features: what they are told, and what waits for them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.courier import deliver_due
from booking.events import EventKind
from booking.guests import Heard, listener
from booking.storage import outbox
from booking.storage.database import Database
from booking.storage.outbox import Delivery
from tests.booking.house import NINE, House
from tests.clinics import NOW, open_clinic, small_clinic

DAY = timedelta(days=1)


async def clock(_session: AsyncSession) -> datetime:
    return NOW


@pytest.fixture
async def clinic(database: Database) -> House:
    await open_clinic(database, small_clinic())
    return House(database)


async def deliveries(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted(delivery.listener for delivery in await session.scalars(select(Delivery)))


async def test_a_feature_hears_who_comes_and_when_but_no_secret(clinic: House) -> None:
    told: list[Heard] = []

    async def hears(heard: Heard) -> None:
        told.append(heard)

    async with clinic.database.write() as session:
        await outbox.register(session, ["crm.contacts"])
    booking = await clinic.book(NINE)
    hearing = {"crm.contacts": listener(clinic.database, "its settings", hears)}
    assert await deliver_due(clinic.database, hearing, clock=clock) == 1

    (heard,) = told
    assert heard.event.kind is EventKind.BOOKED
    assert [visit.reference for visit in heard.visits] == [booking.visits[0].reference]
    assert (heard.patient.email, heard.settings) == ("patient@example.com", "its settings")
    assert booking.manage_token not in repr(heard)


async def test_what_a_feature_misses_while_it_is_left_out_is_kept_for_it(clinic: House) -> None:
    async with clinic.database.write() as session:
        await outbox.register(session, ["ear", "crm.contacts", "crm2.contacts"])
    await clinic.book(NINE)
    async with clinic.database.write() as session:
        await outbox.register(session, ["ear"], absent=["crm"])
    await clinic.book(NINE + DAY)

    assert await deliveries(clinic.database) == ["crm.contacts", "crm.contacts", "ear", "ear"]
