"""Rules: asked on every way to a booking, in its transaction, each in its time."""

import asyncio
from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy import text

from booking.api_keys import create_key
from booking.appointments.hold import HoldRequest, hold_course
from booking.domain.errors import BookingError, CheckFailed, Declined
from booking.domain.hookspecs import BusyTime, FeatureHooks, Proposal, Step
from booking.extensions.dispatch import RULE_TIMEOUT
from booking.scheduling.slots import find_slots, slot_criteria
from booking.storage.database import Database
from booking.storage.session import BookingSession
from tests.booking.extensions.extended_clinic import (
    ELEVEN,
    NINE,
    TEN,
    ExtendedClinic,
    Open,
    answer_too_late,
    break_it_and_go_on,
    break_the_transaction,
    close,
    commit,
    commit_and_refuse,
    fail,
    fail_mutely,
    hang,
    hang_in_the_database,
    leave,
    refuse_mutely,
    roll_back,
)
from tests.support.clinics import NOW


async def test_a_rule_is_asked_at_each_step_and_told_what_is_known_by_then(house: Open) -> None:
    asked: list[Proposal] = []

    async def note(proposal: Proposal) -> None:
        asked.append(proposal)

    clinic = await house(FeatureHooks("noting", settings="told", rules=[note]))
    async with clinic.database.write() as session:
        await create_key(session, "Sample Partner", ["book"], now=NOW, id="partner")
    await clinic.move(await clinic.book(NINE, "one", by="partner"), TEN)

    assert [proposal.step for proposal in asked] == [Step.HOLD, Step.BOOK, Step.MOVE]
    held, booked, moved = asked
    assert {(one.service, one.settings, one.now) for one in asked} == {("visit", "told", NOW)}
    assert {one.appointments[0].id for one in asked} == {held.appointments[0].id}
    assert [(one.appointments[0].practitioner, one.appointments[0].starts_at) for one in asked] == [
        ("one", NINE),
        ("one", NINE),
        ("one", TEN),
    ]
    assert (held.patient, held.booked_by) == (None, None)
    assert booked.patient is not None
    assert (booked.patient.email, booked.booked_by) == ("patient@example.com", "partner")
    assert (moved.patient, moved.booked_by) == (None, "partner")


@pytest.mark.parametrize("step", Step)
async def test_what_a_rule_refuses_is_as_if_it_had_never_been_asked_for(house: Open, step: Step) -> None:
    is_strict = False

    async def refuse(proposal: Proposal) -> None:
        if proposal.step is step and is_strict:
            await proposal.session.execute(text("UPDATE clinic SET phone_shown = 'overwritten'"))
            raise Declined("Not in this clinic.")

    clinic = await house(FeatureHooks("strict", rules=[refuse]))
    token = await clinic.hold(NINE, "one") if step is Step.BOOK else ""
    booking = await clinic.book(TEN, "one") if step is Step.MOVE else None
    is_strict = True

    ways = {
        Step.HOLD: lambda: clinic.hold(NINE, "one"),
        Step.BOOK: lambda: clinic.book_held([token]),
        Step.MOVE: lambda: clinic.move(booking, NINE),
    }
    with pytest.raises(Declined, match="Not in this clinic"):
        await ways[step]()

    assert await clinic.open_at(NINE) == (["two"] if step is Step.BOOK else ["one", "two"])
    assert await clinic.open_at(TEN) == (["two"] if step is Step.MOVE else ["one", "two"])
    async with clinic.database.read() as session:
        assert await session.scalar(text("SELECT phone_shown FROM clinic")) == "416.545.1881"
    is_strict = False
    if step is Step.BOOK:
        await clinic.book_held([token])  # The hold was not lost.


async def test_all_visits_of_a_course_are_proposed_at_once(house: Open) -> None:
    asked: list[list[datetime]] = []

    async def note(proposal: Proposal) -> None:
        asked.append([visit.starts_at for visit in proposal.appointments])

    clinic = await house(FeatureHooks("noting", rules=[note]), service="visits = 2")
    async with clinic.database.write() as session:
        held = await hold_course(session, HoldRequest("visit", (NINE, ELEVEN)), now=NOW)
    await clinic.book_held([token for _, token in held])

    assert asked == [[NINE, ELEVEN], [NINE, ELEVEN]]


FAILING = [
    hang,
    hang_in_the_database,
    answer_too_late,
    fail,
    fail_mutely,
    refuse_mutely,
    leave,
    break_the_transaction,
    break_it_and_go_on,
    commit,
    roll_back,
    close,
]


@pytest.mark.parametrize("rule", FAILING)
async def test_a_rule_that_fails_refuses_and_the_next_is_none_the_worse(house: Open, rule: Any) -> None:
    failing = True

    async def sometimes(proposal: Proposal) -> None:
        if failing:
            await rule(proposal)

    clinic = await house(FeatureHooks("frail", rules=[sometimes]))

    with pytest.raises(CheckFailed) as refused:
        async with asyncio.timeout(RULE_TIMEOUT.total_seconds() * 5):
            await clinic.hold(NINE, "one")

    assert refused.value.feature == "frail"
    failing = False
    assert await clinic.open_at(NINE) == ["one", "two"]
    await clinic.book(NINE, "one")


async def test_a_rule_may_look_for_what_is_open_and_nest(house: Open) -> None:
    found: list[int] = []

    async def nobody_is_busy(_question: object) -> list[BusyTime]:
        return []

    async def look(proposal: Proposal) -> None:
        async with proposal.session.begin_nested():
            session = cast(BookingSession, proposal.session)
            wish = await slot_criteria(session, "visit")
            found.append(len(await find_slots(session, wish, NINE.date(), NINE.date(), now=NOW)))

    clinic = await house(FeatureHooks("looking", rules=[look], busy_sources=[nobody_is_busy]))
    await clinic.book(NINE, "one")
    assert len(found) == 2
    assert min(found) > 0


async def test_what_a_rule_tries_to_keep_and_then_refuses_is_not_kept(house: Open) -> None:
    is_strict = True

    async def sometimes(proposal: Proposal) -> None:
        if is_strict:
            await commit_and_refuse(proposal)

    clinic = await house(FeatureHooks("frail", rules=[sometimes]))
    with pytest.raises((Declined, CheckFailed)):
        await clinic.hold(NINE, "one")
    is_strict = False
    assert await clinic.open_at(NINE) == ["one", "two"]
    await clinic.book(NINE, "one")


async def test_guests_join_only_the_database_that_they_were_given_to(house: Open, database_url: str) -> None:
    async def never(_proposal: Proposal) -> None:
        raise Declined("Never.")

    strict = await house(FeatureHooks("strict", rules=[never]))
    easy = ExtendedClinic(Database(database_url))

    with pytest.raises(BookingError):
        await strict.hold(NINE, "one")
    await easy.hold(NINE, "one")
    await easy.database.close()
