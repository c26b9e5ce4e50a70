"""A running server for the widget, and a page of another origin that embeds it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from graphql_api.app import create_app
from graphql_api.extensions.feature import EnabledFeature
from graphql_api.settings import Settings
from tests.support.clinics import NOW, SAMPLE, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient
from tests.support.live_server import live_server


@dataclass
class Clock:
    """The server's clock, which stands still until a test sets it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Site:
    """A running server, its clock and its database."""

    url: str
    clock: Clock
    database: Database
    api: GraphQLClient

    async def count_appointments(self) -> int:
        async with self.database.read() as session:
            return await session.scalar(select(func.count()).select_from(Appointment)) or 0

    async def is_open(self, day: str, time: str, practitioner: str = "sample-practitioner-a") -> bool:
        slots = await self.api.open_slots(day, day)
        return any(
            slot["practitioner"]["slug"] == practitioner and slot["startsAt"].startswith(f"{day}T{time}")
            for slot in slots
        )

    async def is_taken(self, day: str, time: str) -> bool:
        return not await self.is_open(day, time)


@asynccontextmanager
async def running_site(
    database_url: str,
    clinic: str = SAMPLE,
    *,
    now: datetime = NOW,
    enabled: Sequence[EnabledFeature] = (),
    **settings: Any,
) -> AsyncIterator[Site]:
    database, clock = open_database(database_url), Clock(now)
    await open_clinic(database, clinic, now=now)
    app = create_app(Settings(database_url, **settings), enabled, now=clock)
    async with live_server(app) as url, httpx.AsyncClient(base_url=url) as http:
        yield Site(url, clock, database, GraphQLClient(http))
    await database.close()


@asynccontextmanager
async def page_of_another_origin(
    html: str, *, css: str = "", headers: Mapping[str, str] | None = None
) -> AsyncIterator[str]:
    async def page(_request: Request) -> Response:
        return Response(html, media_type="text/html", headers=headers)

    async def sheet(_request: Request) -> Response:
        return Response(css, media_type="text/css")

    async with live_server(Starlette(routes=[Route("/", page), Route("/reset.css", sheet)])) as url:
        yield url
