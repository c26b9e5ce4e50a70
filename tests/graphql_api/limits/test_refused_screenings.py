"""A booking shortly after refused screening answers is marked for the practitioner, and for nobody else."""

from booking.calendars.calendar_feed import create_feed, render_feed
from booking.storage.database import Database
from graphql_api.limits.refused_screenings import MAX_CLIENTS, MEMORY_SECONDS, RefusedScreenings
from tests.support.clinics import NOW
from tests.support.graphql_client import GraphQLClient, problem_types, screening_answers

HINT = "Please go through the screening questions again."
BOOKED = "2026-11-24T10:00:00-05:00"
PRACTITIONER = "sample-practitioner-a"


async def calendar(database: Database) -> str:
    async with database.write() as session:
        token = await create_feed(session, PRACTITIONER, renew=False, now=NOW)
    async with database.read() as session:
        text = await render_feed(session, token, now=NOW)
    assert text is not None
    assert "BEGIN:VEVENT" in text
    return text.replace("\r\n ", "")


async def test_the_practitioner_is_told_that_the_questions_were_answered_again(
    api: GraphQLClient, database: Database
) -> None:
    await api.check_screening(screening_answers(pregnancy="YES"))

    booked = await api.hold_and_book(BOOKED)

    assert booked["problems"] == []
    assert HINT in await calendar(database)


async def test_a_refusal_at_the_booking_itself_counts_too(api: GraphQLClient, database: Database) -> None:
    held = await api.hold(BOOKED)
    refused = await api.book(held["holdToken"], screening=screening_answers(bleeding="UNSURE"))
    assert problem_types(refused) == ["CallTheClinic"]

    await api.book(held["holdToken"], screening=screening_answers())

    assert HINT in await calendar(database)


async def test_a_booking_without_a_refusal_has_no_hint(api: GraphQLClient, database: Database) -> None:
    await api.check_screening(screening_answers())
    await api.hold_and_book(BOOKED)

    assert HINT not in await calendar(database)


def test_a_refusal_is_forgotten_after_a_while_and_known_of_its_client_alone() -> None:
    now = 0.0
    refusals = RefusedScreenings(lambda: now)
    refusals.of([b"one", b"wider"]).refused()
    refusals.of([]).refused()

    assert refusals.of([b"one"]).was_refused
    assert not refusals.of([b"two"]).was_refused
    assert not refusals.of([]).was_refused
    now = MEMORY_SECONDS
    assert not refusals.of([b"one"]).was_refused


def test_many_refusals_take_a_bounded_memory() -> None:
    refusals = RefusedScreenings(lambda: 0.0)
    for number in range(MAX_CLIENTS + 1):
        refusals.of([str(number).encode()]).refused()

    assert not refusals.of([b"0"]).was_refused
    assert refusals.of([b"1"]).was_refused
