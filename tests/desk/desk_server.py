"""The desk of the sample clinic over HTTP, with its clock, its database, and accounts that sign in."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from asgi_lifespan import LifespanManager
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from booking.domain.actor import Actor, ActorKind
from booking.domain.role import Role
from booking.staff.accounts import StaffMember, add_member
from booking.staff.sign_in_links import new_link
from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.clinics import SAMPLE, open_clinic
from tests.support.databases import open_database
from tests.support.live_server import live_server
from tests.support.site import Clock

URL = "https://desk.example"
OPERATOR = Actor(ActorKind.COMMAND_LINE, "operator", "test")
FROM_A_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": URL, "Accept": "text/html"}
"""What a browser sends with a form of this server's own page."""


@dataclass(frozen=True)
class Desk:
    """A server that runs until the test ends."""

    app: Starlette
    clock: Clock
    database: Database
    _stack: AsyncExitStack = field(repr=False)

    async def browser(self, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A browser that is not signed in, with cookies of its own."""
        transport = httpx.ASGITransport(self.app, client=(address, 1234))
        client = httpx.AsyncClient(transport=transport, base_url=URL, headers=FROM_A_PAGE)
        return await self._stack.enter_async_context(client)

    async def member(
        self, role: Role = Role.OWNER, practitioner: str | None = None, *, name: str = "Sample Owner 1"
    ) -> StaffMember:
        async with self.database.write() as session:
            return await add_member(session, name, role, practitioner, actor=OPERATOR, now=self.clock.now)

    async def link(self, member: StaffMember) -> str:
        """The secret of a new link to sign in."""
        async with self.database.write() as session:
            return await new_link(session, member, now=self.clock.now)

    async def sign_in(self, member: StaffMember, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A browser in which the member is signed in."""
        browser = await self.browser(address=address)
        answer = await browser.post("/desk/sign-in/link", data={"link": await self.link(member)})
        assert answer.status_code == 303, answer.text
        return browser

    async def signed_in(
        self, role: Role = Role.OWNER, practitioner: str | None = None, *, name: str | None = None
    ) -> httpx.AsyncClient:
        """A browser in which a new member of this role is signed in."""
        named = name or f"Sample {role.value.capitalize()} {practitioner or 1}"
        return await self.sign_in(await self.member(role, practitioner, name=named))


@asynccontextmanager
async def running_desk(
    database_url: str, clinic: str = SAMPLE, *, site: str = URL, **settings: Any
) -> AsyncIterator[Desk]:
    database, clock = open_database(database_url), Clock()
    await open_clinic(database, clinic)
    app = create_app(Settings(database_url, site=site, **settings), now=clock)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(LifespanManager(app))
        yield Desk(running.app, clock, database, stack)  # type: ignore[arg-type]
    await database.close()


@asynccontextmanager
async def desk_of_browsers(
    database_url: str, clinic: str = SAMPLE, **settings: Any
) -> AsyncIterator[tuple[Desk, str]]:
    """A desk that real browsers reach, and its address, which it knows as its own.

    By name instead of number: browsers make no passkeys for an IP address.
    """
    running: list[Desk] = []

    async def forward(scope: Scope, receive: Receive, send: Send) -> None:
        await running[0].app(scope, receive, send)

    async with live_server(forward, lifespan="off") as url:
        named = url.replace("127.0.0.1", "localhost")
        async with running_desk(database_url, clinic, site=named, **settings) as desk:
            running.append(desk)
            yield desk, named
