"""Links to sign in: each lets one person in, once, within a day, and says nothing about why it does not."""

import asyncio
from datetime import timedelta

import pytest

from booking.domain.errors import InvalidInput
from booking.domain.role import Role
from booking.domain.tokens import hash_of
from booking.staff.accounts import StaffMember, disable_member, enable_member
from booking.staff.refusals import SignInRefused
from booking.staff.sign_in_links import LINK_LIFETIME, new_link, use_link
from booking.storage.database import Database
from booking.storage.models.staff.accounts import SignInLink
from tests.booking.staff.clinic_staff import OPERATOR, add, open_with_owner
from tests.support.clinics import NOW

MOMENT = timedelta(microseconds=1)


async def link(database: Database, member: StaffMember) -> str:
    async with database.write() as session:
        return await new_link(session, member, now=NOW)


async def use(database: Database, token: str, *, after: timedelta = timedelta(0)) -> StaffMember:
    async with database.write() as session:
        return await use_link(session, token, now=NOW + after)


async def refusal(database: Database, token: str, *, after: timedelta = timedelta(0)) -> SignInRefused:
    with pytest.raises(SignInRefused) as refused:
        await use(database, token, after=after)
    return refused.value


async def test_a_link_signs_its_member_in_once(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database)
    tokens = [await link(database, owner), await link(database, other)]
    assert [await use(database, token) for token in tokens] == [owner, other]
    for token in tokens:
        await refusal(database, token)


async def test_a_link_that_a_mail_program_has_changed_works(database: Database) -> None:
    owner = await open_with_owner(database)
    token = await link(database, owner)
    assert await use(database, f" {token.upper()}. ") == owner


async def test_of_many_who_follow_one_link_at_once_one_is_signed_in(database: Database) -> None:
    token = await link(database, await open_with_owner(database))
    outcomes = await asyncio.gather(*(use(database, token) for _ in range(8)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["SignInRefused"] * 7 + ["StaffMember"]


async def test_a_link_works_until_it_expires(database: Database) -> None:
    owner = await open_with_owner(database)
    await refusal(database, await link(database, owner), after=LINK_LIFETIME)
    assert await use(database, await link(database, owner), after=LINK_LIFETIME - MOMENT) == owner


async def test_all_that_is_wrong_with_a_link_is_refused_alike(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database)
    replaced, used = await link(database, member), await link(database, member)
    await use(database, used)
    expired = await link(database, await add(database, "Sample Receptionist 2"))
    disabled = await add(database, "Sample Receptionist 3")
    ended = await link(database, disabled)
    async with database.write() as session:
        await disable_member(session, disabled.id, actor=OPERATOR, now=NOW)
    refusals = [
        await refusal(database, replaced),
        await refusal(database, used),
        await refusal(database, expired, after=LINK_LIFETIME),
        await refusal(database, ended),
        await refusal(database, "0" * 64),
        await refusal(database, ""),
        await refusal(database, "%\0\ud800" * 9999),
    ]
    assert refusals == [SignInRefused()] * 7

    async with database.write() as session:
        await enable_member(session, disabled.id, actor=OPERATOR, now=NOW)
    await refusal(database, ended)


async def test_a_disabled_member_gets_no_link(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database, "Sample Owner 2", Role.OWNER)
    async with database.write() as session:
        await disable_member(session, member.id, actor=OPERATOR, now=NOW)
    with pytest.raises(InvalidInput):
        await link(database, member)


async def test_a_link_is_stored_as_a_hash_alone(database: Database) -> None:
    token = await link(database, await open_with_owner(database))
    async with database.read() as session:
        row = await session.get(SignInLink, hash_of(token))
        assert row
        assert token not in str(vars(row))
