"""Sessions of the staff: a new token each time, found until they end or are idle."""

import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import NotFound
from booking.domain.role import Role
from booking.domain.tokens import hash_of
from booking.staff.accounts import StaffMember
from booking.staff.sessions import (
    SEEN_EVERY,
    StaffSession,
    end_all_sessions,
    end_session,
    list_sessions,
    set_hides_names,
    should_touch,
    touch_session,
)
from booking.storage.database import Database
from booking.storage.models.staff.accounts import SignInSession
from tests.booking.staff.clinic_staff import IDLE, add, found, open_with_owner, sign_in
from tests.support.clinics import NOW

MOMENT = timedelta(microseconds=1)


async def test_a_token_is_new_each_time_and_stored_as_a_hash_alone(database: Database) -> None:
    owner = await open_with_owner(database)
    tokens = [await sign_in(database, owner) for _ in range(5)]
    assert len({*tokens}) == 5
    async with database.read() as session:
        for token in tokens:
            row = await session.get(SignInSession, hash_of(token))
            assert row
            assert token not in str(vars(row))
    assert await found(database, "a token that an attacker has set") is None
    assert await found(database, "") is None


async def test_a_session_ends_when_nobody_has_used_it_for_so_long(database: Database) -> None:
    owner = await open_with_owner(database)
    token = await sign_in(database, owner)
    assert await found(database, token, after=IDLE)
    assert await found(database, token, after=IDLE + MOMENT) is None

    opened = await found(database, token)
    assert opened
    async with database.write() as session:
        await touch_session(session, opened.id, now=NOW + IDLE)
    assert await found(database, token, after=2 * IDLE)
    assert await found(database, token, after=2 * IDLE + MOMENT) is None


async def test_a_use_is_recorded_once_a_minute_at_most(database: Database) -> None:
    owner = await open_with_owner(database)
    token = await sign_in(database, owner)
    for after, recorded in ((59, 0), (60, 60), (119, 60), (125, 125)):
        opened = await found(database, token)
        assert opened
        now = NOW + timedelta(seconds=after)
        assert should_touch(opened, now=now) == (recorded == after)
        async with database.write() as session:
            await touch_session(session, opened.id, now=now)
        opened = await found(database, token)
        assert opened
        assert opened.last_seen_at == NOW + timedelta(seconds=recorded)


@given(
    idle=st.timedeltas(timedelta(minutes=5), timedelta(days=7)), gaps=st.lists(st.floats(0, 1), max_size=9)
)
def test_whoever_returns_within_the_time_less_a_minute_stays_signed_in(
    idle: timedelta, gaps: list[float]
) -> None:
    """Uses within a minute of the last recorded one aren't recorded, which may cost that minute."""
    member = StaffMember(uuid.UUID(int=1), "Sample Owner", Role.OWNER, None)
    seen = now = NOW
    for gap in gaps:
        now += gap * (idle - SEEN_EVERY)
        assert now - seen <= idle
        opened = StaffSession(uuid.UUID(int=2), member, False, NOW, seen, "")
        if should_touch(opened, now=now):
            seen = now


async def test_sessions_are_listed_and_ended_one_by_one_or_all_but_one(database: Database) -> None:
    owner = await open_with_owner(database)
    tokens = [await sign_in(database, owner, agent) for agent in ("A", "B", "C")]

    async def agents() -> list[str]:
        async with database.read() as session:
            return sorted(one.user_agent for one in await list_sessions(session, owner, now=NOW, idle=IDLE))

    assert await agents() == ["A", "B", "C"]
    first, last = await found(database, tokens[0]), await found(database, tokens[2])
    assert first
    assert last
    for _ in range(2):
        async with database.write() as session:
            await end_session(session, owner, first.id, now=NOW)
    assert (await agents(), await found(database, tokens[0])) == (["B", "C"], None)
    async with database.write() as session:
        assert await end_all_sessions(session, owner, but=last.id, now=NOW) == 1
    assert await agents() == ["C"]
    assert await found(database, tokens[1]) is None


async def test_nobody_ends_or_changes_the_session_of_another(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database)
    token = await sign_in(database, owner)
    opened = await found(database, token)
    assert opened
    for which in (opened.id, uuid.UUID(int=0)):
        with pytest.raises(NotFound):
            async with database.write() as session:
                await end_session(session, other, which, now=NOW)
        with pytest.raises(NotFound):
            async with database.write() as session:
                await set_hides_names(session, other, which, hides_names=True)
    assert await found(database, token) == opened


async def test_names_are_hidden_in_one_session_alone(database: Database) -> None:
    owner = await open_with_owner(database)
    tokens = [await sign_in(database, owner) for _ in range(2)]
    for hides in (True, False):
        opened = await found(database, tokens[0])
        assert opened
        async with database.write() as session:
            await set_hides_names(session, owner, opened.id, hides_names=hides)
        both = [await found(database, token) for token in tokens]
        assert [one and one.hides_names for one in both] == [hides, False]


async def test_any_user_agent_is_stored_as_a_short_line(database: Database) -> None:
    owner = await open_with_owner(database)
    token = await sign_in(database, owner, "Firefox\0\n\ud800" + "x" * 999)
    opened = await found(database, token)
    assert opened
    assert (opened.user_agent[:11], len(opened.user_agent)) == ("Firefox???x", 200)
