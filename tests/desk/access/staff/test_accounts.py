"""An owner keeps the accounts of the staff; nobody else does."""

import re

import pytest

from booking.domain.role import Role
from booking.staff.accounts import list_members
from tests.desk.desk_server import Desk

LINK = re.compile(r'value="https://desk\.example/desk/sign-in/link#([0-9a-f]+)"')


async def test_an_owner_adds_somebody_who_signs_in_by_the_link(desk: Desk) -> None:
    owner = await desk.signed_in()
    form = {"name": "Sample Reception 1", "role": "reception", "email": ""}

    page = await owner.post("/desk/staff", data=form)

    [secret] = LINK.findall(page.text)
    new = await desk.browser()
    assert (await new.post("/desk/sign-in/link", data={"link": secret})).status_code == 303
    assert "Sample Reception 1" in (await new.get("/desk/account")).text
    assert LINK.findall((await owner.get("/desk/staff")).text) == []


async def test_an_owner_gives_another_role_and_takes_the_account_away(desk: Desk) -> None:
    owner = await desk.signed_in()
    member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    browser = await desk.sign_in(member)
    account = f"/desk/staff/{member.id}"

    await owner.post(account, data={"do": "role", "role": "owner"})
    assert (await browser.get("/desk/staff")).status_code == 200
    await owner.post(account, data={"do": "disable"})
    assert (await browser.get("/desk/staff")).status_code == 303
    await owner.post(account, data={"do": "enable"})
    assert LINK.findall((await owner.post(account, data={"do": "link"})).text)


async def test_the_last_owner_stays_one(desk: Desk) -> None:
    member = await desk.member()
    owner = await desk.sign_in(member)

    for change in ({"do": "disable"}, {"do": "role", "role": "reception"}):
        answer = await owner.post(f"/desk/staff/{member.id}", data=change)
        assert (answer.status_code, "This is the last owner" in answer.text) == (409, True)


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "role": "reception"},
        {"name": "Sample Owner 1", "role": "reception"},
        {"name": "Sample Reception 1", "role": ""},
        {"name": "Sample Reception 1", "role": "practitioner", "practitioner": "nobody"},
        {"name": "Sample Reception 1", "role": "reception", "email": "no address"},
    ],
    ids=str,
)
async def test_an_account_that_can_t_be_made_is_explained(desk: Desk, form: dict[str, str]) -> None:
    owner = await desk.signed_in(name="Sample Owner 1")

    answer = await owner.post("/desk/staff", data=form)

    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    async with desk.database.read() as session:
        assert [member.name for member in await list_members(session)] == ["Sample Owner 1"]


@pytest.mark.parametrize(
    ("role", "practitioner"), [(Role.RECEPTION, None), (Role.PRACTITIONER, "sample-practitioner-a")]
)
async def test_nobody_but_an_owner_sees_or_changes_accounts(
    desk: Desk, role: Role, practitioner: str | None
) -> None:
    owner = await desk.member(name="Sample Owner 1")
    browser = await desk.signed_in(role, practitioner)

    assert (await browser.get("/desk/staff")).status_code == 403
    assert (await browser.post("/desk/staff", data={"name": "X", "role": "owner"})).status_code == 403
    assert (await browser.post(f"/desk/staff/{owner.id}", data={"do": "disable"})).status_code == 403


async def test_a_refused_account_keeps_what_was_typed_and_nobody_is_an_owner_by_default(desk: Desk) -> None:
    owner = await desk.signed_in()
    chosen = '<option value="reception" selected>'

    page = await owner.post("/desk/staff", data={"name": "Sample Reception 1", "role": "practitioner"})

    assert page.status_code == 422
    assert 'value="Sample Reception 1"' in page.text
    assert '<option value="practitioner" selected>' in page.text
    assert chosen in (await owner.get("/desk/staff")).text
