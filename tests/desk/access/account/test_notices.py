"""A member chooses at the desk of which changes they hear by mail, and hears of them."""

import re
from collections.abc import AsyncIterator

import pytest

from booking.domain.role import Role
from booking.staff.accounts import StaffMember, add_member
from tests.booking.notifications.bookings import make_booking, text_of
from tests.booking.notifications.mailbox import Mailbox, mailbox
from tests.desk.desk_server import OPERATOR, Desk, running_desk
from tests.support.clinics import NOW

A = "sample-practitioner-a"
CHECKED = re.compile(r'name="kind" value="([a-z]+)" checked')


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


@pytest.fixture
async def desk(sqlite_url: str, box: Mailbox) -> AsyncIterator[Desk]:
    sender = "Sample Clinic <bookings@example.com>"
    async with running_desk(sqlite_url, mail_url=box.url, mail_from=sender) as running:
        yield running


async def practitioner(desk: Desk, email: str | None = "sample.a@clinic.example.com") -> StaffMember:
    async with desk.database.write() as session:
        return await add_member(
            session, "Sample A", Role.PRACTITIONER, A, email=email, actor=OPERATOR, now=NOW
        )


async def test_what_was_chosen_is_kept_and_mailed(desk: Desk, box: Mailbox) -> None:
    browser = await desk.sign_in(await practitioner(desk))
    before = await browser.get("/desk/account")
    assert "About your own visits, to sample.a@clinic.example.com" in before.text
    assert CHECKED.findall(before.text) == []

    form = {"kind": ["bookings", "cancellations"], "within": "2"}
    answer = await browser.post("/desk/account/notices", data=form)

    assert answer.headers["location"] == "/desk/account#notices"
    after = await browser.get("/desk/account")
    assert CHECKED.findall(after.text) == ["bookings", "cancellations"]
    assert '<option value="2" selected>' in after.text
    await make_booking(desk.database, NOW.replace(day=24, hour=14), practitioner=A)
    desk.clock.now = NOW.replace(minute=4)
    # Two listeners send them side by side: either may be first.
    by_address = {mail["To"].addresses[0].addr_spec: mail for mail in await box.arrived(2)}
    assert by_address.keys() == {"patient@example.com", "sample.a@clinic.example.com"}
    assert "A visit is booked" in text_of(by_address["sample.a@clinic.example.com"])
    # Nothing chosen is none.
    await browser.post("/desk/account/notices", data={"within": "2"})
    assert CHECKED.findall((await browser.get("/desk/account")).text) == []


async def test_an_account_without_an_address_is_told_what_to_do(desk: Desk) -> None:
    browser = await desk.sign_in(await practitioner(desk, email=None))

    page = await browser.get("/desk/account?lang=fr")
    refused = await browser.post("/desk/account/notices", data={"kind": "moves"})

    assert "Votre compte n’a pas d’adresse courriel." in page.text
    assert (refused.status_code, "ask an owner to add one" in refused.text) == (409, True)


async def test_where_no_server_sends_mails_the_page_says_so(sqlite_url: str) -> None:
    async with running_desk(sqlite_url) as desk:
        browser = await desk.sign_in(await practitioner(desk))
        page = await browser.get("/desk/account")
        refused = await browser.post("/desk/account/notices", data={"kind": "moves"})

    assert "This server sends no emails." in page.text
    assert refused.status_code == 409


@pytest.mark.parametrize("within", ["400", "99999", "-1", "x", "²"])
async def test_an_odd_number_of_days_is_refused_or_is_any(desk: Desk, within: str) -> None:
    browser = await desk.sign_in(await practitioner(desk))

    answer = await browser.post("/desk/account/notices", data={"kind": "moves", "within": within})

    assert answer.status_code == (409 if within.isdecimal() else 303)
