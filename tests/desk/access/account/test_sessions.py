"""A member sees where they are signed in, ends sessions, hides names, and signs out."""

import re

from booking.domain.role import Role
from tests.desk.desk_server import Desk

SESSION = re.compile(r'name="session" value="([^"]+)"')


async def test_the_account_lists_its_sessions_and_ends_one(desk: Desk) -> None:
    member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    here, elsewhere = await desk.sign_in(member), await desk.sign_in(member)
    [other] = SESSION.findall((await here.get("/desk/account")).text)

    await here.post("/desk/account/sessions/end", data={"session": other})

    assert (await elsewhere.get("/desk/day")).status_code == 303
    assert (await here.get("/desk/day")).status_code == 200
    assert SESSION.findall((await here.get("/desk/account")).text) == []


async def test_all_other_sessions_end_at_once(desk: Desk) -> None:
    member = await desk.member()
    here, second, third = [await desk.sign_in(member) for _ in range(3)]

    await here.post("/desk/account/sessions/end-others", data={"from": "page"})

    assert [(await each.get("/desk/day")).status_code for each in (here, second, third)] == [200, 303, 303]


async def test_the_session_of_somebody_else_can_t_be_ended(desk: Desk) -> None:
    owner = await desk.member(name="Sample Owner 1")
    victim, second = await desk.sign_in(owner), await desk.sign_in(owner)
    [target] = SESSION.findall((await second.get("/desk/account")).text)
    reception = await desk.signed_in(Role.RECEPTION)

    answer = await reception.post("/desk/account/sessions/end", data={"session": target})
    unknown = await reception.post("/desk/account/sessions/end", data={"session": "no id"})

    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.text == unknown.text
    assert (await victim.get("/desk/day")).status_code == 200


async def test_after_signing_out_the_old_cookie_opens_nothing(desk: Desk) -> None:
    browser = await desk.signed_in()
    cookie = dict(browser.cookies)

    answer = await browser.post("/desk/sign-out", data={"from": "page"})

    assert answer.headers["location"] == "/desk/sign-in?lang=en"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    browser.cookies.update(cookie)
    assert (await browser.get("/desk/day")).status_code == 303


async def test_names_are_hidden_in_this_session_until_they_are_shown_again(desk: Desk) -> None:
    member = await desk.member()
    here, elsewhere = await desk.sign_in(member), await desk.sign_in(member)

    hidden = await here.post("/desk/account/hide-names", data={"hide": "1", "next": "/desk/account"})

    assert hidden.headers["location"] == "/desk/account"
    assert "data-private" in (await here.get("/desk/account")).text
    assert "data-private" not in (await elsewhere.get("/desk/account")).text
    await here.post("/desk/account/hide-names", data={"from": "page"})
    assert "data-private" not in (await here.get("/desk/account")).text
