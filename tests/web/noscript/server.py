"""The server of the pages without a script, with access to its clock and database."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from sqlalchemy import func, select
from starlette.applications import Starlette

from booking.appointments.hold import HoldRequest, hold_slot
from booking.patients.contacts import PatientContact
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.hours import TimeOff
from booking.storage.models.holds import Hold
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import SAMPLE
from tests.support.site import Clock, running_site
from web.noscript.booking_state import Choice

VISITOR = hashlib.sha256(b"127.0.0.1").digest()


@dataclass(frozen=True)
class Server:
    """Runs the whole app at `url`, on a clock that tests set."""

    url: str
    clock: Clock
    database: Database

    @property
    def sqlite_file(self) -> str:
        return self.database.engine.url.database or ""

    async def appointments(self) -> list[Appointment]:
        async with self.database.read() as session:
            query = select(Appointment).order_by(Appointment.starts_at)
            return list(await session.scalars(query))

    async def patients(self) -> list[PatientContact]:
        return await all_contacts(self.database)

    async def count_holds(self) -> int:
        """The holds of visitors without a script that have not expired."""
        async with self.database.read() as session:
            holds = select(func.count()).select_from(Hold).where(Hold.client == VISITOR)
            return await session.scalar(holds.where(Hold.expires_at > self.clock.now)) or 0

    async def add_time_off(self, practitioner: str, starts_at: datetime, ends_at: datetime) -> None:
        async with self.database.write() as session:
            session.add(TimeOff(practitioner=practitioner, starts_at=starts_at, ends_at=ends_at))

    async def hold(self, starts_at: datetime) -> None:
        """For another visitor, with practitioner A."""
        request = HoldRequest("dry-needling", starts_at, "sample-practitioner-a")
        async with self.database.write() as session:
            await hold_slot(session, request, now=self.clock.now)

    async def hold_choice(self, code: str) -> None:
        """`hold` for the choice in an address."""
        choice = Choice.parse(unquote(code))
        assert choice
        await self.hold(choice.starts_at)


@asynccontextmanager
async def running_server(database_url: str, clinic: str = SAMPLE) -> AsyncIterator[Server]:
    async with running_site(database_url, clinic) as site:
        yield Server(site.url, site.clock, site.database)


def app_on(database_url: str, clock: Clock, **settings: Any) -> Starlette:
    return create_app(Settings(database_url=database_url, **settings), now=clock)
