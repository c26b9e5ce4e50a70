"""Screening decides before anything is booked, and its answers never leak."""

import logging

import httpx
import pytest
from sqlalchemy import inspect, select

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from tests.booking.patients.stored_contacts import all_topics, topics_of
from tests.support.clinics import edit_file, open_clinic
from tests.support.databases import core_tables
from tests.support.graphql_client import QUESTIONS, GraphQLClient, problem_types, screening_answers

TUESDAY = "2026-11-24T09:00:00-05:00"
NEAR, FAR = (f"{day}T10:00:00-05:00" for day in ("2026-12-01", "2026-12-08"))
BOOKED = "2026-11-24T10:00:00-05:00"
CHANGES_UNTIL = 'cancellation_notice = "24 h"'
TEN_DAYS = edit_file({CHANGES_UNTIL: 'cancellation_notice = "0 min"\nscreening_valid = "10 days"'})
MOVE = """mutation ($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) {
  appointment { id } problems { __typename path ... on ScreeningIncomplete { missing { slug: id text why } } }
} }"""
BLOCKING = ["pregnancy", "bleeding", "infection", "pacemaker"]


async def everything_stored(database: Database) -> str:
    """What visitors left behind, as text: all rows but the clinic's own questions."""
    catalogue = {"screening_questions", "service_screening"}
    rows = []
    async with database.read() as session:
        for table in core_tables():
            if table.__tablename__ not in catalogue:
                for row in await session.scalars(select(table)):
                    rows.append(
                        {column.key: getattr(row, column.key) for column in inspect(type(row)).columns}
                    )
    return str(rows)


async def test_answers_that_clear_lead_on(api: GraphQLClient) -> None:
    assert await api.check_screening(screening_answers()) == {"cleared": True, "problems": []}


@pytest.mark.parametrize("question", BLOCKING)
@pytest.mark.parametrize("answer", ["YES", "UNSURE"])
async def test_a_blocking_answer_leads_to_the_phone_and_to_what_still_suits(
    api: GraphQLClient, question: str, answer: str
) -> None:
    judged = await api.check_screening(screening_answers(**{question: answer}))

    assert judged["cleared"] is False
    problem = judged["problems"][0]
    assert problem["__typename"] == "CallTheClinic"
    assert (problem["phone"], problem["phoneShown"]) == ("+14165451881", "416.545.1881")
    assert problem["suitableServices"] == [
        {"slug": "physiotherapy-assessment"},
        {"slug": "physiotherapy-follow-up"},
    ]


async def test_the_refusal_does_not_say_which_answer_it_was(api: GraphQLClient) -> None:
    judged = [await api.check_screening(screening_answers(**{question: "YES"})) for question in BLOCKING]

    assert judged[0] == judged[1] == judged[2] == judged[3]
    assert problem_types(judged[0]) == ["CallTheClinic"]


async def test_booking_judges_the_screening_answers_again(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY)

    assert problem_types(await api.book(held["holdToken"], screening=screening_answers(pregnancy="YES"))) == [
        "CallTheClinic"
    ]


async def test_a_blocking_answer_is_neither_stored_nor_logged(
    api: GraphQLClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    held = await api.hold(TUESDAY)
    # That there is something to leak: an answer to tell is kept, encrypted, where it is looked for.
    await api.hold_and_book("2026-11-24T13:00:00-05:00")
    told = await api.hold("2026-11-25T13:00:00-05:00")
    await api.book(told["holdToken"], screening=screening_answers(needle_fear="YES"))
    kept = [[], ["needle-fear"]]
    assert await all_topics(database) == kept

    await api.check_screening(screening_answers(pregnancy="YES"))
    await api.book(held["holdToken"], screening=screening_answers(pregnancy="YES"))

    assert await all_topics(database) == kept
    assert "pregnancy" not in await everything_stored(database)
    logged = [record for record in caplog.records if not record.name.startswith("sqlalchemy")]
    assert "pregnancy" not in " ".join(record.getMessage() for record in logged)


async def test_the_note_for_the_practitioner_is_stored_with_the_appointment_and_not_shown_by_the_api(
    api: GraphQLClient, database: Database
) -> None:
    held = await api.hold(TUESDAY)
    booked = await api.book(
        held["holdToken"], screening=screening_answers(needle_fear="YES", metal_allergy="UNSURE")
    )

    assert await all_topics(database) == [["needle-fear", "metal-allergy"]]
    assert "needle" not in str(booked).replace("dry-needling", "")
    seen = await api.appointment(booked["manageToken"])
    assert "fear" not in str(seen)


async def test_a_service_without_questions_needs_no_answers(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY, service="physiotherapy-assessment")

    assert (await api.book(held["holdToken"], screening=[]))["problems"] == []
    refused = await api.check_screening(screening_answers(), service="physiotherapy-assessment")
    assert problem_types(refused) == ["ScreeningIncomplete"]


@pytest.fixture
async def token(api: GraphQLClient, database: Database, http: httpx.AsyncClient) -> str:
    await open_clinic(database, TEN_DAYS)
    secret: str = (await api.hold_and_book(BOOKED))["manageToken"]
    return secret


async def stored(database: Database) -> Appointment:
    async with database.read() as session:
        return (await session.scalars(select(Appointment))).one()


async def test_within_the_days_nothing_is_asked(api: GraphQLClient, token: str) -> None:
    assert (await api.reschedule(token, NEAR))["problems"] == []
    assert (await api.reschedule(token, BOOKED))["problems"] == []


@pytest.mark.parametrize(
    ("policy", "day", "problems"),
    [
        ("", "2026-12-22", []),
        ("", "2027-01-05", ["ScreeningIncomplete"]),
        ("screening_valid = false", "2027-01-05", []),
        ('screening_valid = "60 days"', "2027-01-05", []),
    ],
)
async def test_answers_hold_for_thirty_days_unless_the_clinic_decides_otherwise(
    api: GraphQLClient, database: Database, policy: str, day: str, problems: list[str]
) -> None:
    await open_clinic(database, edit_file({CHANGES_UNTIL: f'cancellation_notice = "0 min"\n{policy}'}))
    secret = (await api.hold_and_book(BOOKED))["manageToken"]

    moved = await api.reschedule(secret, f"{day}T10:00:00-05:00")

    assert problem_types(moved) == problems


async def test_beyond_them_the_refusal_carries_the_questions(
    api: GraphQLClient, database: Database, token: str
) -> None:
    answer = await api.ask(MOVE, input={"manageToken": token, "startsAt": FAR})
    [problem] = answer["data"]["rescheduleAppointment"]["problems"]
    assert (problem["__typename"], problem["path"]) == ("ScreeningIncomplete", ["input", "screening"])
    assert len(problem["missing"]) == len(QUESTIONS)
    assert all(question["text"] for question in problem["missing"])
    assert (await stored(database)).sequence == 0


async def test_new_answers_move_the_visit_and_only_their_topics_are_kept(
    api: GraphQLClient, database: Database, token: str
) -> None:
    answers = screening_answers(needle_fear="YES")
    assert (await api.reschedule(token, FAR, screening=answers))["problems"] == []
    moved = await stored(database)
    assert (moved.starts_at.isoformat(), await topics_of(database, moved.id)) == (
        "2026-12-08T15:00:00+00:00",
        ["needle-fear"],
    )


async def test_a_blocking_answer_leaves_the_visit_where_it_was(
    api: GraphQLClient, database: Database, token: str
) -> None:
    refused = await api.reschedule(token, FAR, screening=screening_answers(bleeding="YES"))
    assert problem_types(refused) == ["CallTheClinic"]
    visit = await stored(database)
    assert (visit.starts_at.isoformat(), visit.sequence, await topics_of(database, visit.id)) == (
        "2026-11-24T15:00:00+00:00",
        0,
        [],
    )


async def test_visits_that_are_moved_again_and_again_are_screened_by_the_day_of_the_answers(
    api: GraphQLClient, token: str
) -> None:
    assert (await api.reschedule(token, NEAR))["problems"] == []
    assert problem_types(await api.reschedule(token, FAR)) == ["ScreeningIncomplete"]


async def test_without_the_policy_the_answers_hold(
    api: GraphQLClient, database: Database, token: str
) -> None:
    await open_clinic(database)
    assert (await api.reschedule(token, FAR))["problems"] == []
