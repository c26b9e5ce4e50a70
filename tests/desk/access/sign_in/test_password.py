"""A member sets a password and an authenticator app up, and signs in with both."""

import re
from datetime import timedelta

import httpx
import pyotp
import pytest

from tests.booking.staff.test_passkeys import new_passkey
from tests.desk.desk_server import Desk

PASSWORD = "four plain words here"
SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")
RECOVERY_CODE = re.compile(r"<li><code>([0-9A-Z-]+)</code>")


async def set_up(desk: Desk, browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """The member's authenticator app, and their recovery codes."""
    page = await browser.post("/desk/account/password", data={"password": PASSWORD})
    [secret] = SECRET.findall(page.text)
    app = pyotp.TOTP(secret)
    code = app.at(desk.clock.now)
    done = await browser.post("/desk/account/app/confirm", data={"code": code})
    desk.clock.now += timedelta(minutes=1)
    return app, RECOVERY_CODE.findall(done.text)


async def sign_in(desk: Desk, browser: httpx.AsyncClient, **form: str) -> httpx.Response:
    right = {"name": "sample owner 1", "password": PASSWORD}
    return await browser.post("/desk/sign-in/password", data=right | form)


async def test_a_password_and_a_code_sign_in(desk: Desk) -> None:
    app, codes = await set_up(desk, await desk.signed_in(name="Sample Owner 1"))
    browser = await desk.browser()

    answer = await sign_in(desk, browser, code=app.at(desk.clock.now), next="/desk/staff")

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/staff")
    assert (await browser.get("/desk/account")).status_code == 200
    assert len(codes) == 10


async def test_a_recovery_code_signs_in_once_in_place_of_the_app(desk: Desk) -> None:
    _, codes = await set_up(desk, await desk.signed_in(name="Sample Owner 1"))

    first, second = [await sign_in(desk, await desk.browser(), code=codes[0].lower()) for _ in range(2)]

    assert (first.status_code, second.status_code) == (303, 403)


@pytest.mark.parametrize(
    "wrong",
    [{"name": "nobody"}, {"password": "another password"}, {"code": "000000"}, {"code": ""}],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_whatever_is_wrong_the_page_says_the_same(desk: Desk, wrong: dict[str, str]) -> None:
    app, _ = await set_up(desk, await desk.signed_in(name="Sample Owner 1"))
    browser = await desk.browser()

    answer = await sign_in(desk, browser, **{"code": app.at(desk.clock.now), **wrong})

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert "This doesn’t let anybody in" in answer.text
    assert PASSWORD not in answer.text


async def test_after_ten_wrong_codes_a_right_one_has_to_wait(desk: Desk) -> None:
    app, _ = await set_up(desk, await desk.signed_in(name="Sample Owner 1"))
    browser = await desk.browser(address="192.0.2.7")

    answers = [await sign_in(desk, browser, code="000000") for _ in range(20)]
    right = await sign_in(desk, browser, code=app.at(desk.clock.now))

    assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 10
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) == 900
    desk.clock.now += timedelta(minutes=16)
    assert (await sign_in(desk, browser, code=app.at(desk.clock.now))).status_code == 303


async def test_a_new_password_asks_for_the_current_one_and_ends_other_sessions(desk: Desk) -> None:
    member = await desk.member(name="Sample Owner 1")
    here, elsewhere = await desk.sign_in(member), await desk.sign_in(member)
    await set_up(desk, here)
    assert (await elsewhere.get("/desk/day")).status_code == 303

    wrong = await here.post(
        "/desk/account/password", data={"password": "other words of mine", "current": "x"}
    )
    right = await here.post(
        "/desk/account/password", data={"password": "other words of mine", "current": PASSWORD}
    )

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "This is not your current password." in wrong.text


@pytest.mark.parametrize("password", ["", "short", "a" * 1001, "sample owner 1"])
async def test_a_password_that_would_be_guessed_is_refused(desk: Desk, password: str) -> None:
    browser = await desk.signed_in(name="Sample Owner 1")

    answer = await browser.post("/desk/account/password", data={"password": password})

    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


async def test_the_current_password_can_be_guessed_at_no_more_than_a_sign_in(desk: Desk) -> None:
    browser = await desk.signed_in(name="Sample Owner 1")
    await set_up(desk, browser)

    guesses = [
        await browser.post("/desk/account/password", data={"password": "other words of mine", "current": "x"})
        for _ in range(11)
    ]

    assert [answer.status_code for answer in guesses] == [422] * 10 + [409]


async def test_after_a_mistyped_code_the_app_need_not_be_set_up_again(desk: Desk) -> None:
    browser = await desk.signed_in(name="Sample Owner 1")
    page = await browser.post("/desk/account/password", data={"password": PASSWORD})

    refused = await browser.post("/desk/account/app/confirm", data={"code": "000000"})

    assert SECRET.findall(refused.text) == SECRET.findall(page.text)


async def test_a_wrong_code_leaves_the_former_app_in_use(desk: Desk) -> None:
    browser = await desk.signed_in(name="Sample Owner 1")
    app, _ = await set_up(desk, browser)

    await browser.post("/desk/account/app", data={"new": "1"})
    refused = await browser.post("/desk/account/app/confirm", data={"code": "000000"})

    assert refused.status_code == 422
    assert (await sign_in(desk, await desk.browser(), code=app.at(desk.clock.now))).status_code == 303


async def test_a_password_is_removed_where_a_passkey_signs_in_too(desk: Desk) -> None:
    member = await desk.member()
    browser = await desk.sign_in(member)
    app, _ = await set_up(desk, browser)
    remove = "/desk/account/password/remove"

    assert remove not in (await browser.get("/desk/account")).text
    refused = await browser.post(remove, data={"remove": "1"})
    assert refused.status_code == 409
    assert "This is your only way to sign in." in refused.text
    assert (await sign_in(desk, await desk.browser(), code=app.at(desk.clock.now))).status_code == 303

    await new_passkey(desk.database, member)
    assert remove in (await browser.get("/desk/account")).text
    assert (await browser.post(remove, data={"remove": "1"})).headers["location"] == "/desk/account"
    desk.clock.now += timedelta(minutes=1)
    assert (await sign_in(desk, await desk.browser(), code=app.at(desk.clock.now))).status_code == 403
    assert "Set a password" in (await browser.get("/desk/account")).text
