"""Signing in at an OpenID provider: the first time by a verified e-mail address, then as who it was."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx

from booking.staff.accounts import disable_member
from tests.booking.staff.openid_provider import EMAIL, Claims, settings_for
from tests.desk.access.openid.conftest import OpenIdDesk
from tests.desk.desk_server import OPERATOR, Desk, running_desk

REFUSED = "No account of the front desk goes with this sign-in yet."
COOKIE = "__Host-book-online-openid"
OUTDATED = "This sign-in took too long, was used already, or began in another browser."


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/desk/account")).status_code == 200


async def test_a_verified_address_signs_in_and_leads_to_the_page_that_was_asked_for(
    openid: OpenIdDesk,
) -> None:
    await openid.member()
    browser = await openid.desk.browser()

    page = await browser.get("/desk/sign-in?next=/desk/patients%3Fq=sample")
    assert "Sign in with Sample Provider" in page.text
    answer = await openid.answer(browser, "/desk/sign-in/openid?next=/desk/patients%3Fq=sample")

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/patients?q=sample")
    assert await is_signed_in(browser)
    assert COOKIE not in browser.cookies


async def test_the_request_proves_what_the_answer_must_fit(openid: OpenIdDesk) -> None:
    browser = await openid.desk.browser()
    address = await openid.begin(browser, "/desk/sign-in/openid?lang=fr")
    query = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}

    assert len({query.pop(name) for name in ("state", "nonce", "code_challenge")}) == 3
    assert query == {
        "response_type": "code",
        "client_id": "book-online",
        "redirect_uri": "https://desk.example/desk/sign-in/openid/callback",
        "scope": "openid email",
        "code_challenge_method": "S256",
        "prompt": "select_account",
        "ui_locales": "fr",
    }


async def test_once_connected_the_address_counts_no_more(openid: OpenIdDesk) -> None:
    await openid.member()
    assert "refused" not in (await openid.answer(await openid.desk.browser())).headers["location"]

    openid.provider.person = {"sub": "1", "email": "new-name@clinic.example", "email_verified": False}
    known = await openid.desk.browser()
    assert (await openid.answer(known)).headers["location"] == "/desk/day"
    assert await is_signed_in(known)
    # Somebody else is given the address.
    openid.provider.person = {"sub": "2", "email": EMAIL, "email_verified": True}
    other = await openid.desk.browser()
    assert REFUSED in await openid.told(other, await openid.answer(other))
    assert not await is_signed_in(other)


UNKNOWN: list[Claims] = [
    {},
    {"email": EMAIL},
    {"email": EMAIL, "email_verified": False},
    {"email": EMAIL, "email_verified": "true"},
    {"email": [EMAIL], "email_verified": True},
    {"email": "no address", "email_verified": True},
    {"email": "nobody@clinic.example", "email_verified": True},
]


async def test_who_is_unknown_is_sent_to_an_owner_and_gets_no_account(openid: OpenIdDesk) -> None:
    await openid.member()
    browser = await openid.desk.browser()
    for person in UNKNOWN:
        openid.provider.person = {"sub": "1", **person}

        page = await openid.told(browser, await openid.answer(browser))

        assert REFUSED in page, person
        assert 'action="/desk/sign-in/password' in page
        assert not await is_signed_in(browser)


async def test_a_disabled_account_is_refused_as_an_unknown_one(openid: OpenIdDesk) -> None:
    first, known = await openid.member(), await openid.desk.browser()
    await openid.member("Sample Owner 2", "second@clinic.example")
    await openid.answer(known)
    assert await is_signed_in(known)
    async with openid.desk.database.write() as session:
        await disable_member(session, first.id, actor=OPERATOR, now=openid.desk.clock.now)

    for browser in (known, await openid.desk.browser()):
        assert REFUSED in await openid.told(browser, await openid.answer(browser))
        assert not await is_signed_in(browser)


async def test_an_answer_counts_once_in_the_browser_that_asked_and_for_ten_minutes(
    openid: OpenIdDesk,
) -> None:
    await openid.member()
    asked, other = await openid.desk.browser(), await openid.desk.browser()
    back = await openid.at_provider(await openid.begin(asked))
    await openid.begin(other)

    assert OUTDATED in await openid.told(other, await other.get(back))
    other.cookies.clear()
    assert OUTDATED in await openid.told(other, await other.get(back))
    cookie = asked.cookies[COOKIE]
    assert (await asked.get(back)).headers["location"] == "/desk/day"
    asked.cookies.clear()
    # Even to the same browser, with all that it had.
    asked.cookies.set(COOKIE, cookie)
    assert OUTDATED in await openid.told(asked, await asked.get(back))
    assert not await is_signed_in(asked)

    late = await openid.desk.browser()
    back = await openid.at_provider(await openid.begin(late))
    openid.desk.clock.now += timedelta(minutes=10)
    assert OUTDATED in await openid.told(late, await late.get(back))


async def test_an_answer_of_another_state_is_refused(openid: OpenIdDesk) -> None:
    browser = await openid.desk.browser()
    await openid.begin(browser)
    cookie = browser.cookies[COOKIE]
    for query in ("", "?code=1", "?state=&code=1", "?state=%ED%A0%80%00&code=1", f"?state={'0' * 43}&code=1"):
        browser.cookies.set(COOKIE, cookie)

        answer = await browser.get(f"/desk/sign-in/openid/callback{query}")

        assert OUTDATED in await openid.told(browser, answer), query


async def test_a_cookie_that_no_answer_goes_with_is_refused(openid: OpenIdDesk) -> None:
    browser = await openid.desk.browser()
    for cookie in ("", "token", "token=&next=/&lang=", "a=1&a=2&a=3&a=4", "%FF%00=%"):
        browser.cookies.set(COOKIE, cookie)

        answer = await browser.get("/desk/sign-in/openid/callback?state=1&code=1")

        assert OUTDATED in await openid.told(browser, answer), cookie


async def test_who_turns_back_at_the_provider_is_told_so_in_their_language(openid: OpenIdDesk) -> None:
    openid.provider.error = "access_denied"
    browser = await openid.desk.browser()

    page = await openid.told(browser, await openid.answer(browser, "/desk/sign-in/openid?lang=fr"))

    assert "Personne ne s’est connecté sur l’autre site." in page
    assert '<html lang="fr"' in page


async def test_a_code_that_was_used_lets_nobody_in(openid: OpenIdDesk) -> None:
    await openid.member()
    first, second = await openid.desk.browser(), await openid.desk.browser()
    used = parse_qs(urlsplit(await openid.at_provider(await openid.begin(first))).query)
    openid.provider.codes.clear()
    back = await openid.at_provider(await openid.begin(second))
    state = parse_qs(urlsplit(back).query)["state"][0]
    openid.provider.codes.clear()

    answer = await second.get(
        "/desk/sign-in/openid/callback", params={"state": state, "code": used["code"][0]}
    )

    assert "This doesn’t let anybody in." in await openid.told(second, answer)
    assert not await is_signed_in(second)


async def test_the_answer_of_another_provider_is_refused(openid: OpenIdDesk) -> None:
    await openid.member()
    browser = await openid.desk.browser()
    back = await openid.at_provider(await openid.begin(browser))

    answer = await browser.get(f"{back}&iss=https%3A%2F%2Fevil.example")

    assert "This doesn’t let anybody in." in await openid.told(browser, answer)
    assert openid.provider.asked[-1] == "/authorize"


async def test_after_ten_wrong_codes_a_right_one_has_to_wait(openid: OpenIdDesk) -> None:
    await openid.member()
    browser = await openid.desk.browser(address="192.0.2.7")
    for _ in range(10):
        back = await openid.at_provider(await openid.begin(browser))
        openid.provider.codes.clear()
        await browser.get(back)

    page = await openid.told(browser, await openid.answer(browser))

    assert "Too many attempts." in page
    assert openid.provider.asked[-1] == "/authorize"
    elsewhere = await openid.desk.browser(address="192.0.2.8")
    assert (await openid.answer(elsewhere)).headers["location"] == "/desk/day"
    openid.desk.clock.now = openid.provider.now = openid.desk.clock.now + timedelta(minutes=16)
    assert (await openid.answer(browser)).headers["location"] == "/desk/day"


async def test_a_provider_without_a_name_is_the_work_account(sqlite_url: str) -> None:
    async with running_desk(sqlite_url, **settings_for("https://login.example") | {"oidc_name": ""}) as desk:
        page = await (await desk.browser()).get("/desk/sign-in?lang=fr&next=/desk/day%3Fdate=2026-11-25")
        account = await (await desk.signed_in()).get("/desk/account")

    assert "Se connecter avec votre compte professionnel" in page.text
    assert 'href="/desk/sign-in/openid?lang=fr&amp;next=/desk/day%3Fdate%3D2026-11-25"' in page.text
    assert "Connect login.example" in account.text


async def test_a_server_without_a_provider_has_no_such_way(desk: Desk) -> None:
    browser = await desk.browser()

    assert "/desk/sign-in/openid" not in (await browser.get("/desk/sign-in")).text
    for path in ("", "/callback?state=1&code=1"):
        assert (await browser.get(f"/desk/sign-in/openid{path}")).status_code == 404
    owner = await desk.signed_in()
    assert "/desk/account/openid" not in (await owner.get("/desk/account")).text
    assert (await owner.post("/desk/account/openid/remove", data={"remove": "1"})).status_code == 404
