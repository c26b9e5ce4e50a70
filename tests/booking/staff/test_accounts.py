"""Accounts of the staff: names are told apart, the last owner stays, and changes are in the audit trail."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.role import Role
from booking.staff.accounts import (
    StaffMember,
    change_role,
    disable_member,
    enable_member,
    find_member,
    list_members,
)
from booking.staff.refusals import LastOwner
from booking.storage.database import Database
from tests.booking.audit.trails import stored_rows, verify
from tests.booking.staff.clinic_staff import OPERATOR, add, found, open_with_owner, sign_in
from tests.support.clinics import NOW
from tests.support.databases import open_database


async def members(database: Database) -> list[tuple[str, Role, bool]]:
    async with database.read() as session:
        return [(one.name, one.role, one.disabled_at is None) for one in await list_members(session)]


async def disable(database: Database, member: StaffMember) -> None:
    async with database.write() as session:
        await disable_member(session, member.id, actor=OPERATOR, now=NOW)


async def give_role(database: Database, member: StaffMember, role: Role, slug: str | None = None) -> None:
    async with database.write() as session:
        await change_role(session, member.id, role, slug, actor=OPERATOR, now=NOW)


async def test_a_practitioner_sees_one_column_and_all_others_see_all(database: Database) -> None:
    owner = await open_with_owner(database)
    reception = await add(database)
    one = await add(database, "Sample Practitioner one", Role.PRACTITIONER, practitioner="one")
    assert (owner.is_owner, owner.only_practitioner) == (True, None)
    assert (reception.is_owner, reception.only_practitioner) == (False, None)
    assert (one.is_owner, one.only_practitioner) == (False, "one")


async def test_a_member_is_found_by_name_address_and_id(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database, "Zoë  Sample", email="Zoe@Example.com")
    async with database.read() as session:
        for words in (" zoë sample ", "ZOË SAMPLE", "Zoe\u0308 Sample", "ZOE@example.com", str(member.id)):
            assert await find_member(session, words) == member
        for words in (
            "Zoe Sample",
            "%",
            "",
            str(member.id)[:-1] + "z",
            str(UUID(int=0)),
        ):
            with pytest.raises(NotFound):
                await find_member(session, words)


WRONG: dict[str, tuple[str, Role, dict[str, str], str, InvalidInputCode]] = {
    "no name": (" ", Role.OWNER, {}, "name", InvalidInputCode.REQUIRED),
    "a long name": ("x" * 201, Role.OWNER, {}, "name", InvalidInputCode.TOO_LONG),
    "a name of two lines": ("A\nB", Role.OWNER, {}, "name", InvalidInputCode.WRONG_FORMAT),
    "another's name": ("SAMPLE  owner", Role.OWNER, {}, "name", InvalidInputCode.CONFLICT),
    "another's address": ("B", Role.OWNER, {"email": "A@EXAMPLE.com"}, "email", InvalidInputCode.CONFLICT),
    "no address": ("B", Role.OWNER, {"email": "b"}, "email", InvalidInputCode.WRONG_FORMAT),
    "nobody": ("B", Role.PRACTITIONER, {}, "practitioner", InvalidInputCode.REQUIRED),
    "unknown": (
        "B",
        Role.PRACTITIONER,
        {"practitioner": "two"},
        "practitioner",
        InvalidInputCode.UNKNOWN,
    ),
    "too much": ("B", Role.RECEPTION, {"practitioner": "one"}, "practitioner", InvalidInputCode.CONFLICT),
}


@pytest.mark.parametrize("what", WRONG)
async def test_an_account_that_can_not_be_is_refused_and_leaves_nothing(
    database: Database, what: str
) -> None:
    await open_with_owner(database)
    await add(database, "A", email="a@example.com")
    before, (name, role, more, path, code) = await members(database), WRONG[what]
    with pytest.raises(InvalidInput) as refused:
        await add(database, name, role, **more)
    assert (refused.value.path, refused.value.code) == ((path,), code)
    assert await members(database) == before


async def test_of_two_that_add_the_same_account_at_once_one_is_refused(database: Database) -> None:
    await open_with_owner(database)
    outcomes = await asyncio.gather(*(add(database) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["InvalidInput"] * 3 + ["StaffMember"]


async def test_the_last_owner_is_neither_disabled_nor_demoted(database: Database) -> None:
    owner = await open_with_owner(database)
    await add(database)
    for role, slug in ((Role.RECEPTION, None), (Role.PRACTITIONER, "one")):
        with pytest.raises(LastOwner):
            await give_role(database, owner, role, slug)
    with pytest.raises(LastOwner):
        await disable(database, owner)
    await give_role(database, owner, Role.OWNER)

    second = await add(database, "Sample Owner 2", Role.OWNER)
    await disable(database, owner)
    with pytest.raises(LastOwner):
        await disable(database, second)
    # One that is disabled is not the last one any more, so it may lose its role.
    await give_role(database, owner, Role.RECEPTION)


async def test_two_owners_who_disable_or_demote_each_other_at_once_leave_one(
    database: Database, database_url: str
) -> None:
    owners = [await open_with_owner(database), await add(database, "Sample Owner 2", Role.OWNER)]
    other = open_database(database_url)
    outcomes = await asyncio.gather(
        disable(database, owners[0]), give_role(other, owners[1], Role.RECEPTION), return_exceptions=True
    )
    await other.close()
    assert sorted(type(one).__name__ for one in outcomes) == ["LastOwner", "NoneType"]
    assert [role for _, role, enabled in await members(database) if enabled].count(Role.OWNER) == 1


async def test_a_disabled_member_is_signed_out_and_stays_so_when_enabled(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database)
    token = await sign_in(database, member)
    assert await found(database, token)
    await disable(database, member)
    assert await found(database, token) is None
    async with database.write() as session:
        assert (await enable_member(session, member.id, actor=OPERATOR, now=NOW)).disabled_at is None
    assert await found(database, token) is None
    assert await found(database, await sign_in(database, member))


async def test_another_role_counts_from_the_next_request_on(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database)
    token = await sign_in(database, member)
    await give_role(database, member, Role.PRACTITIONER, "one")
    signed_in = await found(database, token)
    assert signed_in
    assert signed_in.member.only_practitioner == "one"


async def test_each_change_of_an_account_is_in_the_audit_trail(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database)
    await give_role(database, member, Role.OWNER)
    for _ in range(2):
        await disable(database, member)  # The second time changes nothing.
    rows = [row for row in await stored_rows(database) if str(member.id) in row["detail"]]
    assert [(row["action"], row["detail"].partition(f"{member.id} ")[2]) for row in rows] == [
        ("create", "added as reception"),
        ("update", "role is now owner"),
        ("update", "disabled"),
    ]
    assert {(row["actor_id"], row["patient"]) for row in rows} == {(OPERATOR.id, None)}
    assert (await verify(database)).fault is None


@pytest.mark.parametrize(
    "change",
    ["role = 'practitioner'", "practitioner = 'one'", "role = 'janitor'", "name_key = 'sample owner'"],
)
async def test_the_database_refuses_an_account_that_can_not_be(database: Database, change: str) -> None:
    await open_with_owner(database)
    await add(database)
    statement = f"UPDATE staff_members SET {change} WHERE name = 'Sample Receptionist'"
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(text(statement))
