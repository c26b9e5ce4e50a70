"""Passkeys in a real browser, whose authenticator is a virtual one."""

from playwright.async_api import Page, expect

from tests.desk.desk_server import Desk

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def add_authenticator(page: Page) -> None:
    tools = await page.context.new_cdp_session(page)
    await tools.send("WebAuthn.enable")
    await tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


async def sign_in_by_link(page: Page, desk: Desk, url: str) -> None:
    secret = await desk.link(await desk.member())
    await page.goto(f"{url}/desk/sign-in/link#{secret}")
    await page.keyboard.press("Enter")  # The button has the focus.
    await page.wait_for_url("**/desk/day")


async def add_passkey(page: Page, desk: Desk, url: str) -> None:
    """Of a new member, who is signed in."""
    await add_authenticator(page)
    await sign_in_by_link(page, desk, url)
    await page.goto(f"{url}/desk/account")
    await page.get_by_label("Name of a new passkey").fill("Laptop at the counter")
    await page.get_by_role("button", name="Add a passkey").click()


async def test_a_passkey_that_was_added_signs_in(page: Page, served: tuple[Desk, str]) -> None:
    await add_passkey(page, *served)
    await expect(page.get_by_role("list", name="Passkeys")).to_contain_text("Laptop at the counter")

    await page.get_by_role("button", name="Sign out").first.click()
    await page.get_by_role("button", name="Sign in with a passkey").click()

    await page.wait_for_url("**/desk/day")
    await expect(page.get_by_role("link", name="Account of Sample Owner 1")).to_be_visible()


async def test_the_only_passkey_stays(page: Page, served: tuple[Desk, str]) -> None:
    await add_passkey(page, *served)

    await page.get_by_role("button", name="Remove the passkey Laptop at the counter").click()

    await expect(page.get_by_role("alert").first).to_contain_text("This is your only way to sign in.")
    await expect(page.get_by_role("list", name="Passkeys")).to_contain_text("Laptop at the counter")


async def test_a_passkey_that_is_not_known_here_is_explained(page: Page, served: tuple[Desk, str]) -> None:
    _, url = served
    await add_authenticator(page)
    await page.goto(f"{url}/desk/sign-in")

    await page.get_by_role("button", name="Sign in with a passkey").click()

    await expect(page.get_by_role("alert")).to_contain_text("No passkey was used.")
    await expect(page.get_by_text("Password and a code")).to_be_visible()


async def test_a_link_leaves_no_secret_in_the_address(page: Page, served: tuple[Desk, str]) -> None:
    desk, url = served
    secret = await desk.link(await desk.member())

    await page.goto(f"{url}/desk/sign-in/link#{secret}")

    await expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    assert page.url == f"{url}/desk/sign-in/link"


async def test_after_signing_out_the_back_button_shows_nothing(page: Page, served: tuple[Desk, str]) -> None:
    desk, url = served
    await sign_in_by_link(page, desk, url)
    await page.goto(f"{url}/desk/account")
    await page.get_by_role("button", name="Sign out").first.click()
    await page.wait_for_url("**/desk/sign-in**")

    await page.go_back()

    await page.wait_for_url("**/desk/sign-in**")
    await expect(page.get_by_text("Sample Owner 1")).to_have_count(0)
