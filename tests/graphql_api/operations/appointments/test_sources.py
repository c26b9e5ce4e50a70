"""By which way a visit was booked: by a visitor, with a partner's key, or by staff."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from booking.appointments.book import BookingRequest, book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, BookingSource
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import NOW
from tests.support.graphql_client import GraphQLClient


async def sources(database: Database) -> list[BookingSource]:
    async with database.read() as session:
        return list(await session.scalars(select(Appointment.source).order_by(Appointment.starts_at)))


async def test_each_visit_knows_by_which_way_it_was_booked(
    http: httpx.AsyncClient, api: GraphQLClient, database: Database
) -> None:
    await api.hold_and_book("2026-11-24T09:00:00-05:00")
    http.headers.update(bearing((await new_key(database))[1]))
    await api.hold_and_book("2026-11-25T09:00:00-05:00")
    async with database.write() as session:
        at = datetime.fromisoformat("2026-11-26T09:05:00-05:00")
        request = HoldRequest("physiotherapy-follow-up", at, "sample-practitioner-a", by_staff=True)
        _, token = await hold_slot(session, request, now=NOW)
        details = ("Sample Patient", "patient@example.com", "416 555 0123")
        await book(session, BookingRequest([token], False, *details, {}, "en"), now=NOW)
    assert await sources(database) == [BookingSource.ONLINE, BookingSource.PARTNER, BookingSource.DESK]


async def test_the_database_knows_no_other_way(api: GraphQLClient, database: Database) -> None:
    await api.hold_and_book("2026-11-24T09:00:00-05:00")
    for source in ("fax", None):
        with pytest.raises(DBAPIError):
            async with database.write() as session:
                await session.execute(update(Appointment.__table__).values(source=source))  # type: ignore[arg-type]
    assert await sources(database) == [BookingSource.ONLINE]
