"""Busy sources and what rules claim: what is taken elsewhere is neither offered nor sold."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from booking.appointments.hold import release_hold
from booking.domain.errors import CheckFailed, SlotTaken
from booking.domain.hookspecs import BusyQuery, BusyTime, FeatureHooks, Proposal
from booking.extensions.dispatch import BUSY_SOURCE_TIMEOUT
from tests.booking.extensions.extended_clinic import (
    ELEVEN,
    NINE,
    TEN,
    Open,
    answer_a_naive_time,
    answer_backwards,
    answer_nothing,
    answer_rubbish,
    answer_too_late,
    break_the_transaction,
    close,
    commit,
    fail,
    fail_mutely,
    hang_in_the_database,
    leave,
    roll_back,
)
from tests.support.clinics import NOW, practitioner


@pytest.mark.parametrize(
    "source",
    [
        hang_in_the_database,
        fail,
        break_the_transaction,
        answer_nothing,
        answer_rubbish,
        answer_a_naive_time,
        answer_backwards,
        answer_too_late,
        leave,
        fail_mutely,
        commit,
        roll_back,
        close,
    ],
)
async def test_while_a_busy_source_fails_nothing_is_offered_and_nothing_sold(
    house: Open, source: Any
) -> None:
    failing = True

    async def sometimes(question: BusyQuery) -> Any:
        return await source(question) if failing else []

    clinic = await house(FeatureHooks("frail", busy_sources=[sometimes]))

    with pytest.raises(CheckFailed):
        async with asyncio.timeout(BUSY_SOURCE_TIMEOUT.total_seconds() * 3):
            await clinic.hold(NINE)
    if source not in (hang_in_the_database, answer_too_late):
        with pytest.raises(CheckFailed):
            await clinic.open_at(NINE)

    failing = False
    await clinic.book(NINE, "one")


async def test_who_is_busy_elsewhere_is_not_offered_and_can_not_be_held(house: Open) -> None:
    async def lunch(question: BusyQuery) -> Sequence[BusyTime]:
        assert question.starts_at <= NINE < question.ends_at
        assert set(question.practitioners) <= {"one", "two"}
        return [
            BusyTime("one", NINE, NINE + timedelta(minutes=1)),
            BusyTime("two", TEN, ELEVEN, location="somewhere else"),
            BusyTime("nobody", NINE, ELEVEN),
        ]

    clinic = await house(FeatureHooks("lunch", busy_sources=[lunch]))

    assert await clinic.open_at(NINE) == ["two"]
    assert await clinic.open_at(TEN) == ["one", "two"]
    with pytest.raises(SlotTaken):
        await clinic.hold(NINE, "one")
    await clinic.book(NINE, "two")


ROOM = "room"


async def take_the_room(proposal: Proposal) -> None:
    await proposal.claim(ROOM)


async def the_room_is_taken(question: BusyQuery) -> Sequence[BusyTime]:
    taken = await question.claimed(ROOM)
    return [BusyTime(who, *span) for who in question.practitioners for span in taken]


SHARED = FeatureHooks("shared", rules=[take_the_room], busy_sources=[the_room_is_taken])


async def test_what_a_visit_claims_goes_where_the_visit_goes(house: Open) -> None:
    clinic = await house(SHARED)
    booking = await clinic.book(NINE, "one")
    assert (await clinic.open_at(NINE), await clinic.open_at(TEN)) == ([], ["one", "two"])

    await clinic.move(booking, TEN)
    assert (await clinic.open_at(NINE), await clinic.open_at(TEN)) == (["one", "two"], [])

    await clinic.move(booking, TEN + timedelta(minutes=15))  # It isn't in its own way.
    assert await clinic.open_at(TEN) == []

    await clinic.cancel(booking)
    assert await clinic.open_at(TEN) == ["one", "two"]


async def test_what_is_only_held_is_claimed_only_so_long(house: Open) -> None:
    clinic = await house(SHARED)
    token = await clinic.hold(NINE, "one")
    assert await clinic.open_at(NINE) == []

    async with clinic.database.write() as session:
        assert await release_hold(session, token, now=NOW)
    assert await clinic.open_at(NINE) == ["one", "two"]

    await clinic.hold(NINE, "one")
    later = NOW + timedelta(minutes=6)
    assert await clinic.open_at(NINE, now=later) == ["one", "two"]
    await clinic.hold(NINE, "two", now=later)
    assert await clinic.open_at(NINE, now=later) == []


async def test_of_many_who_want_the_room_at_once_one_gets_it(house: Open) -> None:
    """No busy source helps them: only the rule's claim stands between them."""
    people = "".join(practitioner(f"p{number}", "09:00-12:00") for number in range(6))
    clinic = await house(FeatureHooks("shared", rules=[take_the_room]), people=people)

    async def attempt(who: str) -> str:
        try:
            await clinic.hold(NINE, who)
        except SlotTaken:
            return "taken"
        return "held"

    outcomes = await asyncio.gather(*(attempt(f"p{number}") for number in range(6)))

    assert sorted(outcomes) == ["held"] + ["taken"] * 5


async def test_two_features_rooms_of_one_name_are_two_rooms(house: Open) -> None:
    clinic = await house(
        SHARED, FeatureHooks("other", rules=[take_the_room], busy_sources=[the_room_is_taken])
    )

    await clinic.book(NINE, "one")

    async with clinic.database.read() as session:
        owned = await session.scalars(text("SELECT DISTINCT resource FROM ticks ORDER BY resource"))
    assert list(owned) == ["one", "other:room", "shared:room"]
