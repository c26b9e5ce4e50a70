"""A day with an OpenID provider, in a real browser and at a provider that others wrote."""

import warnings
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from booking.staff.accounts import add_member
from tests.booking.staff.openid_provider import EMAIL, settings_for
from tests.desk.desk_server import OPERATOR, desk_of_browsers

# The provider uses what its own library would replace.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
OWNER = {"email": EMAIL, "email_verified": True}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with warnings.catch_warnings(record=True):  # At its import it has warnings shown, whatever is said here.
        from oidc_provider_mock import User, run_server_in_thread

    people = [User(sub="owner", claims=OWNER), User(sub="stranger", claims={"email": "x@clinic.example"})]
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


async def test_an_owner_signs_in_at_the_provider_and_a_stranger_does_not(
    page: Page, sqlite_url: str, issuer: str
) -> None:
    async with desk_of_browsers(sqlite_url, **settings_for(issuer)) as (desk, url):
        # The provider's clock is this machine's.
        async with httpx.AsyncClient() as http:
            desk.clock.now = parsedate_to_datetime((await http.get(issuer)).headers["date"])
        async with desk.database.write() as session:
            await add_member(
                session, "Sample Owner 1", Role.OWNER, email=EMAIL, actor=OPERATOR, now=desk.clock.now
            )

        await page.goto(f"{url}/desk/sign-in?next=/desk/account")
        await page.get_by_role("link", name="Sign in with Sample Provider").click()
        await page.get_by_role("button", name="stranger").click()
        await expect(page.get_by_role("alert").first).to_contain_text("No account of the front desk")
        assert "code=" not in page.url

        await page.get_by_role("link", name="Sign in with Sample Provider").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="owner").click()
        await page.wait_for_url("**/desk/account")
        identities = page.get_by_role("list", name="Accounts elsewhere")
        await expect(identities).to_contain_text("Sample Provider")

        await page.get_by_role("button", name="Remove the sign-in with Sample Provider").click()
        await expect(page.get_by_role("alert").first).to_contain_text("This is your only way to sign in.")
        await page.get_by_role("button", name="Sign out").first.click()
        await page.wait_for_url("**/desk/sign-in**")
        assert await page.context.cookies(url) == []
