"""Screening decides before anything is booked, and its answers never leak."""

import logging

import pytest
from sqlalchemy import inspect, select

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from tests.support.databases import core_tables
from tests.support.graphql_client import GraphQLClient, problem_types, screening_answers

TUESDAY = "2026-11-24T09:00:00-05:00"
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
    # That there is something to leak: an answer to tell is kept, by name, where it is looked for.
    await api.hold_and_book("2026-11-24T13:00:00-05:00")
    told = await api.hold("2026-11-25T13:00:00-05:00")
    await api.book(told["holdToken"], screening=screening_answers(needle_fear="YES"))
    assert "needle-fear" in await everything_stored(database)

    await api.check_screening(screening_answers(pregnancy="YES"))
    await api.book(held["holdToken"], screening=screening_answers(pregnancy="YES"))

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

    async with database.read() as session:
        assert (await session.scalars(select(Appointment.tell_practitioner))).one() == [
            "needle-fear",
            "metal-allergy",
        ]
    assert "needle" not in str(booked).replace("dry-needling", "")
    seen = await api.appointment(booked["manageToken"])
    assert "fear" not in str(seen)


async def test_a_service_without_questions_needs_no_answers(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY, service="physiotherapy-assessment")

    assert (await api.book(held["holdToken"], screening=[]))["problems"] == []
    refused = await api.check_screening(screening_answers(), service="physiotherapy-assessment")
    assert problem_types(refused) == ["ScreeningIncomplete"]
