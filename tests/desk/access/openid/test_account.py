"""A member connects an identity at the provider with the own account, and gives it up."""

import httpx

from tests.desk.access.openid.conftest import OpenIdDesk
from tests.desk.access.sign_in.test_password import set_up

CONNECT, REMOVE = "/desk/account/openid", "/desk/account/openid/remove"
IDENTITIES = 'aria-label="Accounts elsewhere"'
REFUSED = "No account of the front desk goes with this sign-in yet."


async def removed(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post(REMOVE, data={"remove": "1"})


async def test_an_identity_without_an_address_is_connected_in_the_account_and_signs_in(
    openid: OpenIdDesk,
) -> None:
    openid.provider.person = {"sub": "1"}
    owner = await openid.desk.sign_in(await openid.member(email=None))
    assert "Connect Sample Provider" in (await owner.get("/desk/account")).text

    assert (await openid.answer(owner, CONNECT)).headers["location"] == "/desk/account"

    page = (await owner.get("/desk/account")).text
    assert IDENTITIES in page
    assert "Connect Sample Provider" not in page
    assert (await openid.answer(await openid.desk.browser())).headers["location"] == "/desk/day"


async def test_an_identity_that_was_given_up_comes_back_by_no_address(openid: OpenIdDesk) -> None:
    await openid.member()
    browser = await openid.desk.browser()
    await openid.answer(browser)

    last = await removed(browser)
    assert (last.status_code, "This is your only way to sign in." in last.text) == (409, True)
    await set_up(openid.desk, browser)
    openid.provider.now = openid.desk.clock.now
    assert (await removed(browser)).headers["location"] == "/desk/account"
    assert IDENTITIES not in (await browser.get("/desk/account")).text
    assert (await removed(browser)).status_code == 404

    stranger = await openid.desk.browser()
    assert REFUSED in await openid.told(stranger, await openid.answer(stranger))
    # Unless the member wants it.
    assert (await openid.answer(browser, CONNECT)).headers["location"] == "/desk/account"
    assert (await openid.answer(stranger)).headers["location"] == "/desk/day"


async def test_an_identity_belongs_to_one_account_and_an_account_to_one_identity(openid: OpenIdDesk) -> None:
    first = await openid.desk.sign_in(await openid.member(email=None))
    second = await openid.desk.sign_in(await openid.member("Sample Owner 2", email=None))
    await openid.answer(first, CONNECT)

    for browser, person in ((second, "1"), (first, "2")):
        openid.provider.person = {"sub": person}
        page = await openid.told(browser, await openid.answer(browser, CONNECT))
        assert "This sign-in belongs to another account, or yours has another one already." in page
    openid.provider.person = {"sub": "1"}
    assert (await openid.answer(first, CONNECT)).headers["location"] == "/desk/account"


async def test_no_other_site_sends_a_member_to_connect(openid: OpenIdDesk) -> None:
    owner = await openid.desk.sign_in(await openid.member())
    owner.headers["Sec-Fetch-Site"] = "cross-site"

    answer = await owner.get(CONNECT)

    assert answer.headers["location"] == "/desk/account"
    assert openid.provider.asked == []


async def test_only_who_was_sent_to_connect_does(openid: OpenIdDesk) -> None:
    owner = await openid.desk.sign_in(await openid.member())
    back = await openid.at_provider(await openid.begin(owner, CONNECT))
    await owner.post("/desk/sign-out")
    second = await openid.member("Sample Owner 2", email=None)
    await owner.post("/desk/sign-in/link", data={"link": await openid.desk.link(second)})

    answer = await owner.get(back)

    assert "began in another browser" in await openid.told(owner, answer)
    assert IDENTITIES not in (await owner.get("/desk/account")).text


async def test_who_turns_back_is_told_so_in_the_account(openid: OpenIdDesk) -> None:
    owner = await openid.desk.sign_in(await openid.member())
    openid.provider.error = "access_denied"
    assert "Nobody has signed in there." in await openid.told(owner, await openid.answer(owner, CONNECT))

    openid.provider.metadata = {"issuer": "https://evil.example"}
    openid.desk.clock.now = openid.desk.clock.now.replace(hour=23)
    owner = await openid.desk.sign_in(await openid.member("Sample Owner 2", email=None))
    assert "doesn’t answer as it should" in await openid.told(owner, await owner.get(CONNECT))
