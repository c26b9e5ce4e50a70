"""Rules: called at each step of a booking, in its transaction, each within its time limit."""

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
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.session import BookingSession
from tests.booking.extensions.extended_clinic import (
    ELEVEN,
    NINE,
    TEN,
    ClinicFactory,
    ExtendedClinic,
    break_the_transaction,
    break_the_transaction_and_go_on,
    close_session,
    commit,
    commit_and_refuse,
    exit_process,
    fail,
    hang,
    hang_in_the_database,
    raise_without_text,
    refuse_without_text,
    return_too_late,
    roll_back,
)
from tests.support.clinics import NOW
from tests.support.databases import open_database


async def test_a_rule_is_called_at_each_step_with_what_is_known_by_then(
    extended_clinic: ClinicFactory,
) -> None:
    proposals: list[Proposal] = []

    async def note(proposal: Proposal) -> None:
        proposals.append(proposal)

    clinic = await extended_clinic(FeatureHooks("noting", settings="told", rules=[note]))
    async with clinic.database.write() as session:
        await create_key(session, "Sample Partner", ["book"], now=NOW, id="partner")
    await clinic.move(await clinic.book(NINE, "one", by="partner"), TEN)

    assert [proposal.step for proposal in proposals] == [Step.HOLD, Step.BOOK, Step.MOVE]
    held, booked, moved = proposals
    assert {(proposal.service, proposal.settings, proposal.now) for proposal in proposals} == {
        ("visit", "told", NOW)
    }
    assert {proposal.appointments[0].id for proposal in proposals} == {held.appointments[0].id}
    assert [
        (proposal.appointments[0].practitioner, proposal.appointments[0].starts_at) for proposal in proposals
    ] == [
        ("one", NINE),
        ("one", NINE),
        ("one", TEN),
    ]
    assert (held.patient, held.booked_by) == (None, None)
    assert booked.patient is not None
    assert (booked.patient.email, booked.booked_by) == ("patient@example.com", "partner")
    assert (moved.patient, moved.booked_by) == (None, "partner")


@pytest.mark.parametrize("step", Step)
async def test_a_refusal_of_a_rule_leaves_nothing_behind(extended_clinic: ClinicFactory, step: Step) -> None:
    is_strict = False

    async def refuse(proposal: Proposal) -> None:
        if proposal.step is step and is_strict:
            await proposal.session.execute(text("UPDATE clinic SET phone_shown = 'overwritten'"))
            raise Declined("Not in this clinic.")

    clinic = await extended_clinic(FeatureHooks("strict", rules=[refuse]))
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
        await clinic.book_held([token])  # The hold still stands.


async def test_all_appointments_of_a_course_are_proposed_at_once(extended_clinic: ClinicFactory) -> None:
    proposed: list[list[datetime]] = []

    async def note(proposal: Proposal) -> None:
        proposed.append([appointment.starts_at for appointment in proposal.appointments])

    clinic = await extended_clinic(FeatureHooks("noting", rules=[note]), service="visits = 2")
    async with clinic.database.write() as session:
        held = await hold_course(session, HoldRequest("visit", (NINE, ELEVEN)), now=NOW)
    await clinic.book_held([token for _, token in held])

    assert proposed == [[NINE, ELEVEN], [NINE, ELEVEN]]


FAILING = [
    hang,
    hang_in_the_database,
    return_too_late,
    fail,
    raise_without_text,
    refuse_without_text,
    exit_process,
    break_the_transaction,
    break_the_transaction_and_go_on,
    commit,
    roll_back,
    close_session,
]


@pytest.mark.parametrize("rule", FAILING)
async def test_a_rule_that_fails_refuses_and_leaves_the_next_call_unharmed(
    extended_clinic: ClinicFactory, rule: Any
) -> None:
    failing = True

    async def sometimes(proposal: Proposal) -> None:
        if failing:
            await rule(proposal)

    clinic = await extended_clinic(FeatureHooks("frail", rules=[sometimes]))

    with pytest.raises(CheckFailed) as refused:
        async with asyncio.timeout(RULE_TIMEOUT.total_seconds() * 30):
            await clinic.hold(NINE, "one")

    assert refused.value.feature == "frail"
    failing = False
    assert await clinic.open_at(NINE) == ["one", "two"]
    await clinic.book(NINE, "one")


async def test_a_rule_may_search_open_slots_in_a_nested_transaction(extended_clinic: ClinicFactory) -> None:
    counts: list[int] = []

    async def nobody_is_busy(_query: object) -> list[BusyTime]:
        return []

    async def search(proposal: Proposal) -> None:
        async with proposal.session.begin_nested():
            session = cast(BookingSession, proposal.session)
            criteria = await slot_criteria(session, "visit")
            counts.append(len(await find_slots(session, criteria, NINE.date(), NINE.date(), now=NOW)))

    clinic = await extended_clinic(FeatureHooks("searching", rules=[search], busy_sources=[nobody_is_busy]))
    await clinic.book(NINE, "one")
    assert len(counts) == 2
    assert min(counts) > 0


async def test_a_rule_that_commits_and_then_refuses_leaves_nothing_behind(
    extended_clinic: ClinicFactory,
) -> None:
    is_strict = True

    async def sometimes(proposal: Proposal) -> None:
        if is_strict:
            await commit_and_refuse(proposal)

    clinic = await extended_clinic(FeatureHooks("frail", rules=[sometimes]))
    with pytest.raises((Declined, CheckFailed)):
        await clinic.hold(NINE, "one")
    is_strict = False
    assert await clinic.open_at(NINE) == ["one", "two"]
    await clinic.book(NINE, "one")


async def test_hooks_join_only_the_database_that_they_were_given_to(
    extended_clinic: ClinicFactory, database_url: str
) -> None:
    async def never(_proposal: Proposal) -> None:
        raise Declined("Never.")

    strict = await extended_clinic(FeatureHooks("strict", rules=[never]))
    easy = ExtendedClinic(open_database(database_url))

    with pytest.raises(BookingError):
        await strict.hold(NINE, "one")
    await easy.hold(NINE, "one")
    await easy.database.close()
