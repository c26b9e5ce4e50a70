"""Rules and busy sources: asked on every way to a booking, in its transaction, each in its time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from booking.book import Booking, BookingRequest, book
from booking.cancel import cancel
from booking.errors import BookingError, CheckFailed, Declined, SlotTaken
from booking.find_slots import find_slots, wish_for
from booking.guests import BUSY_LIMIT, RULE_LIMIT
from booking.hold import CourseHoldRequest, HoldRequest, hold_course, hold_slot, release_hold
from booking.hooks import Busy, BusyQuestion, Guest, Proposal, Step
from booking.keys import create_key
from booking.reschedule import MoveRequest, reschedule
from booking.storage.database import Database
from tests.clinics import NOW, open_clinic, practitioner, small_clinic

NINE = datetime.fromisoformat("2026-11-24T09:00-05:00")
TEN = NINE + timedelta(hours=1)
ELEVEN = NINE + timedelta(hours=2)
TWO_PEOPLE = practitioner("one", "09:00-12:00") + practitioner("two", "09:00-12:00")
Open = Callable[..., Any]


class House:
    """A clinic whose guests join in; each verb is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def hold(self, at: datetime, who: str | None = None, *, now: datetime = NOW) -> str:
        async with self.database.write() as session:
            return (await hold_slot(session, HoldRequest("visit", at, who), now=now))[1]

    async def book(self, at: datetime, who: str | None = None, *, by: str | None = None) -> Booking:
        return await self.book_held([await self.hold(at, who)], by=by)

    async def book_held(self, tokens: Sequence[str], *, by: str | None = None) -> Booking:
        request = BookingRequest(
            hold_tokens=tokens,
            as_course=len(tokens) > 1,
            name="Sample Patient",
            email="patient@example.com",
            phone="416 555 0100",
            answers={},
            language="en",
            booked_by=by,
        )
        async with self.database.write() as session:
            return await book(session, request, now=NOW)

    async def move(self, booking: Booking, to: datetime) -> None:
        async with self.database.write() as session:
            await reschedule(session, MoveRequest(booking.manage_token, to), now=NOW)

    async def cancel(self, booking: Booking) -> None:
        async with self.database.write() as session:
            await cancel(session, booking.manage_token, None, now=NOW)

    async def open_at(self, at: datetime, *, now: datetime = NOW) -> list[str]:
        """With whom."""
        async with self.database.read() as session:
            wish = await wish_for(session, "visit")
            slots = await find_slots(session, wish, at.date(), at.date(), now=now)
        return [slot.practitioner for slot in slots if slot.starts_at == at]


@pytest.fixture
async def house(database_url: str) -> Any:
    opened: list[Database] = []

    async def open_house(*guests: Guest, service: str = "", people: str = TWO_PEOPLE) -> House:
        opened.append(Database(database_url, guests=guests))
        await open_clinic(opened[-1], small_clinic(service=service, practitioners=people))
        return House(opened[-1])

    yield open_house
    for database in opened:
        await database.close()


async def test_a_rule_is_asked_at_each_step_and_told_what_is_known_by_then(house: Open) -> None:
    asked: list[Proposal] = []

    async def note(proposal: Proposal) -> None:
        asked.append(proposal)

    clinic = await house(Guest("noting", settings="told", rules=[note]))
    async with clinic.database.write() as session:
        await create_key(session, "Sample Partner", ["book"], now=NOW, id="partner")
    await clinic.move(await clinic.book(NINE, "one", by="partner"), TEN)

    assert [proposal.step for proposal in asked] == [Step.HOLD, Step.BOOK, Step.MOVE]
    held, booked, moved = asked
    assert {(one.service, one.settings, one.now) for one in asked} == {("visit", "told", NOW)}
    assert {one.visits[0].id for one in asked} == {held.visits[0].id}
    assert [(one.visits[0].practitioner, one.visits[0].starts_at) for one in asked] == [
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

    clinic = await house(Guest("strict", rules=[refuse]))
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
        asked.append([visit.starts_at for visit in proposal.visits])

    clinic = await house(Guest("noting", rules=[note]), service="visits = 2")
    async with clinic.database.write() as session:
        held = await hold_course(session, CourseHoldRequest("visit", (NINE, ELEVEN)), now=NOW)
    await clinic.book_held([token for _, token in held])

    assert asked == [[NINE, ELEVEN], [NINE, ELEVEN]]


async def hang(_about: object) -> Any:
    await asyncio.sleep(3600)


async def hang_in_the_database(about: Proposal | BusyQuestion) -> Any:
    is_sqlite = about.session.get_bind().dialect.name == "sqlite"
    forever = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n"
    )
    await about.session.execute(text(forever if is_sqlite else "SELECT pg_sleep(60)"))
    await asyncio.sleep(3600)


async def fail(_about: object) -> Any:
    raise RuntimeError("somebody else's mistake")


async def break_the_transaction(about: Proposal | BusyQuestion) -> Any:
    await about.session.execute(text("SELECT nothing FROM nowhere"))


async def answer_nothing(_about: object) -> Any:
    return None


async def answer_rubbish(_about: object) -> Any:
    return ["one"]


async def answer_a_naive_time(_about: object) -> Any:
    return [Busy("one", datetime(2026, 11, 24, 9), datetime(2026, 11, 24, 10))]  # noqa: DTZ001


@pytest.mark.parametrize("rule", [hang, hang_in_the_database, fail, break_the_transaction])
async def test_a_rule_that_fails_refuses_and_the_next_is_none_the_worse(house: Open, rule: Any) -> None:
    failing = True

    async def sometimes(proposal: Proposal) -> None:
        if failing:
            await rule(proposal)

    clinic = await house(Guest("frail", rules=[sometimes]))

    with pytest.raises(CheckFailed) as refused:
        async with asyncio.timeout(RULE_LIMIT.total_seconds() * 5):
            await clinic.hold(NINE, "one")

    assert refused.value.feature == "frail"
    failing = False
    assert await clinic.open_at(NINE) == ["one", "two"]
    await clinic.book(NINE, "one")


@pytest.mark.parametrize(
    "source",
    [
        hang_in_the_database,
        fail,
        break_the_transaction,
        answer_nothing,
        answer_rubbish,
        answer_a_naive_time,
    ],
)
async def test_while_a_busy_source_fails_nothing_is_offered_and_nothing_sold(
    house: Open, source: Any
) -> None:
    failing = True

    async def sometimes(question: BusyQuestion) -> Any:
        return await source(question) if failing else []

    clinic = await house(Guest("frail", busy=[sometimes]))

    with pytest.raises(CheckFailed):
        async with asyncio.timeout(BUSY_LIMIT.total_seconds() * 3):
            await clinic.hold(NINE)
    if source is not hang_in_the_database:
        with pytest.raises(CheckFailed):
            await clinic.open_at(NINE)

    failing = False
    await clinic.book(NINE, "one")


async def test_who_is_busy_elsewhere_is_not_offered_and_can_not_be_held(house: Open) -> None:
    async def lunch(question: BusyQuestion) -> Sequence[Busy]:
        assert question.starts_at <= NINE < question.ends_at
        assert set(question.practitioners) <= {"one", "two"}
        return [
            Busy("one", NINE, NINE + timedelta(minutes=1)),
            Busy("two", TEN, ELEVEN, location="somewhere else"),
            Busy("nobody", NINE, ELEVEN),
        ]

    clinic = await house(Guest("lunch", busy=[lunch]))

    assert await clinic.open_at(NINE) == ["two"]
    assert await clinic.open_at(TEN) == ["one", "two"]
    with pytest.raises(SlotTaken):
        await clinic.hold(NINE, "one")
    await clinic.book(NINE, "two")


ROOM = "room"


async def take_the_room(proposal: Proposal) -> None:
    await proposal.claim(ROOM)


async def the_room_is_taken(question: BusyQuestion) -> Sequence[Busy]:
    taken = await question.claimed(ROOM)
    return [Busy(who, *span) for who in question.practitioners for span in taken]


SHARED = Guest("shared", rules=[take_the_room], busy=[the_room_is_taken])


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
    clinic = await house(Guest("shared", rules=[take_the_room]), people=people)

    async def attempt(who: str) -> str:
        try:
            await clinic.hold(NINE, who)
        except SlotTaken:
            return "taken"
        return "held"

    outcomes = await asyncio.gather(*(attempt(f"p{number}") for number in range(6)))

    assert sorted(outcomes) == ["held"] + ["taken"] * 5


async def test_two_features_rooms_of_one_name_are_two_rooms(house: Open) -> None:
    clinic = await house(SHARED, Guest("other", rules=[take_the_room], busy=[the_room_is_taken]))

    await clinic.book(NINE, "one")

    async with clinic.database.read() as session:
        owned = await session.scalars(text("SELECT DISTINCT resource FROM ticks ORDER BY resource"))
    assert list(owned) == ["one", "other:room", "shared:room"]


async def test_guests_join_only_the_database_that_they_were_given_to(house: Open, database_url: str) -> None:
    async def never(_proposal: Proposal) -> None:
        raise Declined("Never.")

    strict = await house(Guest("strict", rules=[never]))
    easy = House(Database(database_url))

    with pytest.raises(BookingError):
        await strict.hold(NINE, "one")
    await easy.hold(NINE, "one")
    await easy.database.close()
