"""Signing in, accounts and booking by phone, in both languages and schemes, without a finding of axe."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from booking.domain.role import Role
from tests.booking.staff.openid_provider import settings_for
from tests.desk.audited_pages import LOOKS, Look, audit
from tests.desk.booking.test_book import SERVICE, book, hold
from tests.desk.desk_server import Desk, running_desk

pytestmark = pytest.mark.browser

OUTSIDE = ("/desk/sign-in", "/desk/sign-in/link", "/desk/sign-in?refused=IdentityNotConnected")
INSIDE = (
    "/desk/account",
    "/desk/account/password",
    "/desk/staff",
    "/desk/nothing-here",
    "/desk/visits/no-id",
    f"/desk/book?service={SERVICE}",
    "/desk/book?q=sample+call",
    "/desk/book?q=nobody-at-all",
)


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    """With each way to sign in; the provider is asked nothing."""
    async with running_desk(sqlite_url, **settings_for("https://login.example")) as running:
        yield running


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_no_page_of_access_and_booking_has_a_finding(desk: Desk, browser: Browser, look: Look) -> None:
    await audit(browser, desk, await desk.browser(), look, OUTSIDE)

    owner = await desk.signed_in(Role.OWNER)
    await book(owner, await hold(owner))
    await desk.member(Role.RECEPTION, name="Sample Reception 1")
    await audit(browser, desk, owner, look, INSIDE)
