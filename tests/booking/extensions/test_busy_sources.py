"""Busy sources and resources that rules claim: time that is busy elsewhere is neither offered nor sold."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from booking.appointments.hold import release_hold
from booking.domain.errors import CheckFailed, SlotTaken
from booking.domain.hookspecs import BusyQuery, BusyTime, FeatureHooks, Proposal
from booking.extensions import dispatch
from booking.extensions.dispatch import BUSY_SOURCE_TIMEOUT
from tests.booking.extensions.extended_clinic import (
    ELEVEN,
    NINE,
    TEN,
    ClinicFactory,
    break_the_transaction,
    close_session,
    commit,
    exit_process,
    fail,
    hang_in_the_database,
    raise_without_text,
    return_a_naive_time,
    return_a_time_that_ends_first,
    return_nothing,
    return_rubbish,
    return_too_late,
    roll_back,
)
from tests.support.clinics import NOW, practitioner


@pytest.mark.parametrize(
    "source",
    [
        hang_in_the_database,
        fail,
        break_the_transaction,
        return_nothing,
        return_rubbish,
        return_a_naive_time,
        return_a_time_that_ends_first,
        return_too_late,
        exit_process,
        raise_without_text,
        commit,
        roll_back,
        close_session,
    ],
)
async def test_while_a_busy_source_fails_nothing_is_offered_and_nothing_sold(
    extended_clinic: ClinicFactory, source: Any
) -> None:
    failing = True

    async def sometimes(query: BusyQuery) -> Any:
        return await source(query) if failing else []

    clinic = await extended_clinic(FeatureHooks("frail", busy_sources=[sometimes]))

    with pytest.raises(CheckFailed):
        async with asyncio.timeout(BUSY_SOURCE_TIMEOUT.total_seconds() * 3):
            await clinic.hold(NINE)
    if source not in (hang_in_the_database, return_too_late):
        with pytest.raises(CheckFailed):
            await clinic.open_at(NINE)

    failing = False
    await clinic.book(NINE, "one")


async def test_a_practitioner_who_is_busy_elsewhere_is_not_offered_and_can_not_be_held(
    extended_clinic: ClinicFactory,
) -> None:
    async def lunch(query: BusyQuery) -> Sequence[BusyTime]:
        assert query.starts_at <= NINE < query.ends_at
        assert set(query.practitioners) <= {"one", "two"}
        return [
            BusyTime("one", NINE, NINE + timedelta(minutes=1)),
            BusyTime("two", TEN, ELEVEN, location="somewhere else"),
            BusyTime("nobody", NINE, ELEVEN),
        ]

    clinic = await extended_clinic(FeatureHooks("lunch", busy_sources=[lunch]))

    assert await clinic.open_at(NINE) == ["two"]
    assert await clinic.open_at(TEN) == ["one", "two"]
    with pytest.raises(SlotTaken):
        await clinic.hold(NINE, "one")
    await clinic.book(NINE, "two")


ROOM = "room"


async def claim_room(proposal: Proposal) -> None:
    await proposal.claim(ROOM)


async def room_is_claimed(query: BusyQuery) -> Sequence[BusyTime]:
    claimed = await query.claimed(ROOM)
    return [BusyTime(practitioner, *span) for practitioner in query.practitioners for span in claimed]


SHARED = FeatureHooks("shared", rules=[claim_room], busy_sources=[room_is_claimed])


async def test_a_claimed_resource_moves_and_ends_with_the_visit(extended_clinic: ClinicFactory) -> None:
    clinic = await extended_clinic(SHARED)
    booking = await clinic.book(NINE, "one")
    assert (await clinic.open_at(NINE), await clinic.open_at(TEN)) == ([], ["one", "two"])

    await clinic.move(booking, TEN)
    assert (await clinic.open_at(NINE), await clinic.open_at(TEN)) == (["one", "two"], [])

    await clinic.move(booking, TEN + timedelta(minutes=15))  # Its own claim does not hinder it.
    assert await clinic.open_at(TEN) == []

    await clinic.cancel(booking)
    assert await clinic.open_at(TEN) == ["one", "two"]


async def test_a_resource_claimed_for_a_hold_is_free_once_the_hold_ends(
    extended_clinic: ClinicFactory,
) -> None:
    clinic = await extended_clinic(SHARED)
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


async def test_of_many_claims_of_one_room_at_once_one_succeeds(
    extended_clinic: ClinicFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no busy source: only the claim of the rule keeps them apart."""
    monkeypatch.setattr(dispatch, "RULE_TIMEOUT", timedelta(seconds=30))  # They wait for each other.
    practitioners = "".join(practitioner(f"p{number}", "09:00-12:00") for number in range(6))
    clinic = await extended_clinic(FeatureHooks("shared", rules=[claim_room]), practitioners=practitioners)

    async def attempt(slug: str) -> str:
        try:
            await clinic.hold(NINE, slug)
        except SlotTaken:
            return "taken"
        return "held"

    outcomes = await asyncio.gather(*(attempt(f"p{number}") for number in range(6)))

    assert sorted(outcomes) == ["held"] + ["taken"] * 5


async def test_resources_of_one_name_claimed_by_two_features_are_two(extended_clinic: ClinicFactory) -> None:
    clinic = await extended_clinic(
        SHARED, FeatureHooks("other", rules=[claim_room], busy_sources=[room_is_claimed])
    )

    await clinic.book(NINE, "one")

    async with clinic.database.read() as session:
        owned = await session.scalars(text("SELECT DISTINCT resource FROM ticks ORDER BY resource"))
    assert list(owned) == ["one", "other:room", "shared:room"]
