"""A desk whose staff sign in at a provider of the tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from booking.domain.role import Role
from booking.staff.accounts import StaffMember, add_member
from tests.booking.staff.openid_provider import EMAIL, Provider, running_provider, settings_for
from tests.desk.desk_server import OPERATOR, URL, Desk, running_desk


@dataclass(frozen=True)
class OpenIdDesk:
    """`provider` knows the member whose e-mail address is EMAIL."""

    desk: Desk
    provider: Provider
    _at_provider: httpx.AsyncClient

    async def member(self, name: str = "Sample Owner 1", email: str | None = EMAIL) -> StaffMember:
        async with self.desk.database.write() as session:
            now = self.desk.clock.now
            return await add_member(session, name, Role.OWNER, email=email, actor=OPERATOR, now=now)

    async def begin(self, browser: httpx.AsyncClient, path: str = "/desk/sign-in/openid") -> str:
        """The address at the provider to which the browser is sent."""
        sent = await browser.get(path)
        assert sent.status_code == 303, sent.text
        assert sent.headers["location"].startswith(self.provider.url), sent.headers["location"]
        return sent.headers["location"]

    async def at_provider(self, address: str) -> str:
        """Sign in there: the address, within this server, to which the provider sends the browser back."""
        back = await self._at_provider.get(address)
        assert back.headers["location"].startswith(f"{URL}/desk/sign-in/openid/callback?"), back.text
        return back.headers["location"].removeprefix(URL)

    async def answer(self, browser: httpx.AsyncClient, path: str = "/desk/sign-in/openid") -> httpx.Response:
        """How this server answers a browser that has been at the provider."""
        return await browser.get(await self.at_provider(await self.begin(browser, path)))

    async def told(self, browser: httpx.AsyncClient, answer: httpx.Response) -> str:
        """The page to which the answer leads."""
        assert answer.status_code == 303, answer.text
        return (await browser.get(answer.headers["location"])).text


@pytest.fixture
async def openid(sqlite_url: str) -> AsyncIterator[OpenIdDesk]:
    async with (
        running_provider() as provider,
        running_desk(sqlite_url, **settings_for(provider.url)) as desk,
        httpx.AsyncClient() as at_provider,
    ):
        yield OpenIdDesk(desk, provider, at_provider)
