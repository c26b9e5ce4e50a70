"""Two visitors, two practitioners and one room: one has the time, over HTTP and on both databases."""

import asyncio

from booking.storage.database import Database
from graphql_api.types.relay import global_id
from tests.booking.appointments.resources.resource_clinic import LASER, NINE, clinic_with, room
from tests.support.clinics import load_clinic
from tests.support.graphql_client import GraphQLClient, problem_types

PEOPLE = ("one", "two", "three")


async def test_of_visitors_with_different_practitioners_one_gets_the_last_room(
    api: GraphQLClient, database: Database
) -> None:
    await load_clinic(database, clinic_with(room("only"), LASER, people=PEOPLE))

    answers = await asyncio.gather(
        *(
            api.hold(NINE.isoformat(), service="visit", practitionerId=global_id("Practitioner", who))
            for who in PEOPLE
        )
    )

    assert sorted(problem_types(answer) for answer in answers) == [[], ["SlotTaken"], ["SlotTaken"]]
    [refused, *_] = [answer for answer in answers if answer["problems"]]
    [problem] = refused["problems"]
    assert problem["message"] == "This time has just been taken. Please choose another one."
    assert all(slot["startsAt"] != NINE.isoformat() for slot in problem["alternatives"])


async def test_with_a_second_room_two_of_them_have_the_time(api: GraphQLClient, database: Database) -> None:
    await load_clinic(database, clinic_with(room("first"), room("second"), LASER, people=PEOPLE))

    answers = await asyncio.gather(
        *(
            api.hold(NINE.isoformat(), service="visit", practitionerId=global_id("Practitioner", who))
            for who in PEOPLE
        )
    )

    assert sorted(problem_types(answer) for answer in answers) == [[], [], ["SlotTaken"]]
