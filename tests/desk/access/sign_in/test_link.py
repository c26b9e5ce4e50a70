"""A link signs a member of the staff in once, and a session ends as it should."""

from datetime import timedelta

import pytest

from booking.domain.role import Role
from booking.staff.accounts import disable_member
from desk.http.cookie import NAME
from tests.desk.desk_server import OPERATOR, URL, Desk


async def test_a_link_signs_in_and_leads_to_the_day(desk: Desk) -> None:
    browser = await desk.browser()
    secret = await desk.link(await desk.member())

    answer = await browser.post("/desk/sign-in/link", data={"link": secret})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/day")
    assert (await browser.get("/desk/day")).status_code == 200


async def test_the_whole_link_is_as_good_as_its_secret(desk: Desk) -> None:
    browser = await desk.browser()
    secret = await desk.link(await desk.member())

    answer = await browser.post("/desk/sign-in/link", data={"link": f"{URL}/desk/sign-in/link#{secret}\n"})

    assert answer.status_code == 303


async def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(desk: Desk) -> None:
    browser = await desk.browser()

    answer = await browser.post("/desk/sign-in/link", data={"link": await desk.link(await desk.member())})

    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-")
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=lax", "secure"}


async def test_opening_the_page_of_a_link_does_not_use_it(desk: Desk) -> None:
    scanner, browser = await desk.browser(), await desk.browser()
    secret = await desk.link(await desk.member())

    assert (await scanner.get("/desk/sign-in/link")).status_code == 200

    assert (await browser.post("/desk/sign-in/link", data={"link": secret})).status_code == 303


async def test_a_link_that_was_used_signs_nobody_in(desk: Desk) -> None:
    secret = await desk.link(await desk.member())
    await (await desk.browser()).post("/desk/sign-in/link", data={"link": secret})
    thief = await desk.browser()

    answer = await thief.post("/desk/sign-in/link", data={"link": secret})

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert "This doesn’t let anybody in" in answer.text


async def test_a_link_that_expired_signs_nobody_in(desk: Desk) -> None:
    secret = await desk.link(await desk.member())
    desk.clock.now += timedelta(hours=24)

    answer = await (await desk.browser()).post("/desk/sign-in/link", data={"link": secret})

    assert answer.status_code == 403


async def test_a_session_that_was_there_before_is_not_the_one_after(desk: Desk) -> None:
    browser = await desk.browser()
    browser.cookies.set(NAME, "planted", domain="desk.example")
    secret = await desk.link(await desk.member())

    answer = await browser.post("/desk/sign-in/link", data={"link": secret})

    assert "planted" not in answer.headers["set-cookie"]
    planted = await desk.browser()
    planted.cookies.set(NAME, "planted", domain="desk.example")
    assert (await planted.get("/desk/day")).status_code == 303


async def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(desk: Desk) -> None:
    browser = await desk.browser()

    answer = await browser.get("/desk/account?lang=fr")
    assert answer.headers["location"] == "/desk/sign-in?lang=fr&next=%2Fdesk%2Faccount%3Flang%3Dfr"

    data = {"link": await desk.link(await desk.member()), "next": "/desk/account?lang=fr"}
    signed_in = await browser.post("/desk/sign-in/link", data=data)
    assert signed_in.headers["location"] == "/desk/account?lang=fr"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/desk/day",
        "//evil.example/desk/day",
        "/book",
        "/desk/\\evil.example",
        "javascript:1",
    ],
)
async def test_signing_in_leads_to_no_other_site(desk: Desk, elsewhere: str) -> None:
    data = {"link": await desk.link(await desk.member()), "next": elsewhere}

    answer = await (await desk.browser()).post("/desk/sign-in/link", data=data)

    assert answer.headers["location"] == "/desk/day"


async def test_an_account_that_was_switched_off_a_second_ago_is_out(desk: Desk) -> None:
    await desk.signed_in(name="Sample Owner 2")
    member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    browser = await desk.sign_in(member)
    assert (await browser.get("/desk/day")).status_code == 200

    async with desk.database.write() as session:
        await disable_member(session, member.id, actor=OPERATOR, now=desk.clock.now)

    assert (await browser.get("/desk/day")).status_code == 303
    assert (await browser.post("/desk/account/hide-names", data={"from": "page"})).status_code == 303


async def test_a_session_without_use_ends_as_the_clinic_sets_it(desk: Desk) -> None:
    browser = await desk.signed_in()
    desk.clock.now += timedelta(minutes=29)
    assert (await browser.get("/desk/day")).status_code == 200
    desk.clock.now += timedelta(minutes=29)
    assert (await browser.get("/desk/day")).status_code == 200

    desk.clock.now += timedelta(minutes=31)

    assert (await browser.get("/desk/day")).status_code == 303


async def test_what_a_page_asks_for_by_itself_is_no_use_of_the_session(desk: Desk) -> None:
    browser = await desk.signed_in()
    desk.clock.now += timedelta(minutes=20)
    background = await browser.get("/desk/day", headers={"Book-Online-Background": "1"})
    assert background.status_code == 200

    desk.clock.now += timedelta(minutes=20)

    assert (await browser.get("/desk/day")).status_code == 303
