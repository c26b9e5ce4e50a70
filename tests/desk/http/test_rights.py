"""Rights: each address of the desk × each role × own and others'. A new address fails until it is listed."""

import uuid
from collections.abc import Iterable
from itertools import product

import httpx
import pytest
from sqlalchemy import select
from starlette.routing import Route

from booking.domain.role import Role
from booking.storage.models.desk.blocked_time import BlockedTime
from desk.blocked_time.calendars import KEEPERS
from desk.http.request import EVERY_ROLE, FRONT_DESK, OWNERS
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.calendars.busy.copies import add_copy
from tests.desk.booking.test_book import CALLER, book, hold, visits
from tests.desk.desk_server import Desk

GET, POST = "GET", "POST"
ANYBODY = {
    (GET, "/desk/assets/{path:path}"),
    (GET, "/desk/sign-in"),
    (GET, "/desk/sign-in/link"),
    (POST, "/desk/sign-in/link"),
    (GET, "/desk/sign-in/openid"),
    (GET, "/desk/sign-in/openid/callback"),
    (POST, "/desk/sign-in/passkey"),
    (POST, "/desk/sign-in/passkey/challenge"),
    (POST, "/desk/sign-in/password"),
}
KEEPERS_ALONE = {(POST, "/desk/calendars"), (POST, "/desk/calendars/{id}/remove")}
"""Owners, and practitioners for themselves."""
OF_ONE_CALENDAR = {(POST, "/desk/calendars/{id}/ask"), (POST, "/desk/calendars/{id}/remove")}
OWNERS_ALONE = {
    *((method, f"/desk/clinic/{{table}}{item}") for method in (GET, POST) for item in ("", "/{slug}")),
    (GET, "/desk/clinic"),
    (GET, "/desk/clinic/care"),
    (GET, "/desk/clinic/images/{name:path}"),
    (POST, "/desk/clinic/{table}/image"),
    (POST, "/desk/clinic/{table}/{slug}/image"),
    (GET, "/desk/clinic/history"),
    (POST, "/desk/clinic/history/{act}/undo"),
    (POST, "/desk/clinic/{table}/{slug}/list"),
    (GET, "/desk/mails"),
    (GET, "/desk/mails/sample"),
    (GET, "/desk/mails/texts"),
    (GET, "/desk/staff"),
    (POST, "/desk/staff"),
    (POST, "/desk/staff/{id}"),
}
OF_ONE_VISIT = {
    (GET, "/desk/visits/{id}"),
    (POST, "/desk/visits/{id}/cancel"),
    (POST, "/desk/visits/{id}/move"),
    (POST, "/desk/visits/{id}/note"),
    (POST, "/desk/visits/{id}/reminders"),
    (POST, "/desk/visits/{id}/status"),
}
OF_ONE_BLOCK = {
    (GET, "/desk/blocked-time/{id}"),
    (POST, "/desk/blocked-time/{id}/offer"),
    (POST, "/desk/blocked-time/{id}/remove"),
    (POST, "/desk/extra-hours/{id}/remove"),
}
OF_ONE_ENTRY = {(POST, "/desk/waiting/{id}/end")}
"""Of the waiting list: whose it is to see is tested with its page."""
HOURS = {(POST, "/desk/extra-hours/{id}/remove")}
OF_MEMBERS = {
    *((GET, f"/desk{path}") for path in ("", "/day", "/day/print", "/week", "/month", "/patients", "/book")),
    *((GET, f"/desk/{path}") for path in ("numbers", "numbers.csv", "account", "account/password")),
    *((POST, f"/desk/book{path}") for path in ("", "/hold", "/release", "/times")),
    *(
        (POST, f"/desk/account/{path}")
        for path in ("hide-names", "language", "notices", "password", "password/remove")
    ),
    *((POST, f"/desk/account/{path}") for path in ("app", "app/confirm")),
    *((POST, f"/desk/account/{path}") for path in ("recovery-codes", "sessions/end", "sessions/end-others")),
    (GET, "/desk/account/openid"),
    (POST, "/desk/account/openid/remove"),
    *((POST, f"/desk/account/passkeys{path}") for path in ("", "/challenge", "/remove")),
    (GET, "/desk/blocked-time"),
    (POST, "/desk/blocked-time"),
    (GET, "/desk/calendars"),
    (POST, "/desk/calendars/offer"),
    *((method, "/desk/waiting") for method in (GET, POST)),
    (GET, "/desk/waiting/add"),
    (POST, "/desk/waiting/questions"),
    (POST, "/desk/undo"),
}
NEVER_ENDS = {(GET, "/desk/changes")}
"""A stream: whom it is for is tested with the day."""
LAST = {(POST, "/desk/sign-out")}
FORM = {"version": "0", "status": "booked", "reason": "clinic", "note": "", "starts_at": "2026-11-23T12:00"}
"""Fields of changes; those that are not a form's own are passed over."""
MEMBERS: dict[Role, str | None] = {
    Role.OWNER: None,
    Role.RECEPTION: None,
    Role.PRACTITIONER: "sample-practitioner-a",
}


def addresses() -> set[tuple[str, str]]:
    app = create_app(Settings(database_url="sqlite:////nowhere/none.sqlite3"))
    return {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith("/desk")
        for method in (route.methods or set()) - {"HEAD"}
    }


def in_order(some: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(some, key=lambda each: (each[1], each[0]))


async def ask(browser: httpx.AsyncClient, method: str, path: str, id: uuid.UUID | str = "") -> httpx.Response:
    address = path.replace("{id}", str(id or uuid.uuid4()))
    return await browser.request(method, address, data=FORM if method == POST else None)


def test_every_address_is_in_the_matrix() -> None:
    of_one = OF_ONE_VISIT | OF_ONE_BLOCK | OF_ONE_CALENDAR | OF_ONE_ENTRY
    listed = ANYBODY | OWNERS_ALONE | KEEPERS_ALONE | of_one | OF_MEMBERS | NEVER_ENDS | LAST
    assert addresses() == listed


async def test_nothing_but_signing_in_is_for_somebody_without_a_session(desk: Desk) -> None:
    stranger = await desk.browser()

    for method, path in in_order(addresses() - ANYBODY):
        answer = await ask(stranger, method, path)
        assert (answer.status_code, answer.headers.get("location", "")[:13]) == (303, "/desk/sign-in"), path


async def test_no_change_is_taken_from_another_site(desk: Desk) -> None:
    owner = await desk.signed_in()
    owner.headers.update({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})

    for method, path in in_order(each for each in addresses() if each[0] == POST):
        assert (await ask(owner, method, path)).status_code == 403, path


@pytest.mark.parametrize("role", MEMBERS, ids=str)
async def test_each_role_reaches_what_is_for_it_alone(desk: Desk, role: Role) -> None:
    browser = await desk.signed_in(role, MEMBERS[role])

    for method, path in in_order(OWNERS_ALONE | KEEPERS_ALONE | OF_MEMBERS):
        alone = {**dict.fromkeys(OWNERS_ALONE, OWNERS), **dict.fromkeys(KEEPERS_ALONE, KEEPERS)}
        roles = alone.get((method, path), EVERY_ROLE)
        answer = await ask(browser, method, path)
        assert (answer.status_code == 403) == (role not in roles), (path, answer.status_code)
        assert answer.status_code < 500, path
    assert (await ask(browser, *next(iter(LAST)))).headers["location"].startswith("/desk/sign-in")


async def test_a_practitioner_reaches_own_visits_blocks_and_calendars_alone(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book(reception, await hold(reception))
    [visit] = await visits(desk)
    form = {"practitioner": visit.practitioner, "kind": "break", "label": "Sample break"}
    form |= {"day": "2026-12-07", "from": "09:00", "to": "09:30"}
    made = await reception.post("/desk/blocked-time", data=form)
    assert made.status_code == 303, made.text
    async with desk.database.read() as session:
        block = (await session.scalars(select(BlockedTime.id))).one()
    calendar = await add_copy(desk.database, visit.practitioner, [])
    own = await desk.signed_in(Role.PRACTITIONER, visit.practitioner)
    other = await desk.signed_in(Role.PRACTITIONER, "sample-practitioner-b")
    of_one = OF_ONE_VISIT | OF_ONE_CALENDAR | OF_ONE_BLOCK - HOURS

    # Of the other first: a block that was removed is unknown to all.
    for browser, (method, path) in product((other, own), in_order(of_one)):
        unknown = await ask(browser, method, path)
        known = visit.id if "visits" in path else calendar if "calendars" in path else block
        answer = await ask(browser, method, path, known)
        assert unknown.status_code == 404, path
        # Another's looks exactly as one that is not there.
        assert (answer.text == unknown.text) == (browser is other), path
        assert CALLER["name"] not in answer.text or browser is own


async def test_the_desk_of_a_practitioner_shows_no_other_patients(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book(reception, await hold(reception))
    [visit] = await visits(desk)
    other = await desk.signed_in(Role.PRACTITIONER, "sample-practitioner-b")
    own = await desk.signed_in(Role.PRACTITIONER, visit.practitioner)
    pages = [
        f"/desk/{page}" for page in ("day", "day/print", "week", "patients?q=sample+call", "book?q=call")
    ]

    for page in pages:
        assert "Sample Caller" not in (await other.get(page)).text, page
    shown = [page for page in pages if "Sample Caller" in (await own.get(page)).text]
    assert {"/desk/day", "/desk/patients?q=sample+call"} <= set(shown)


def test_reception_is_told_apart_from_owners() -> None:
    assert OWNERS < FRONT_DESK < EVERY_ROLE
