"""However many practitioners there are, the same number of statements."""

from collections.abc import Awaitable, Callable

import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic, practitioner, small_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient
from tests.support.sql_statements import sql_statements

VISIT = global_id("Service", "visit")
DAY = {"serviceId": VISIT, "from": "2026-11-25", "to": "2026-11-25"}
START = "2026-11-25T09:00:00-05:00"
LATER = "2026-11-25T11:00:00-05:00"

PEOPLE = """{ practitioners(first: 100) { edges { node { name
  services(first: 1) { edges { node { name practitioners(first: 2) { edges { node { slug } } } } }
  } } } } }"""
SERVICES = """{ clinic { name locations { name openingHours { opens } } }
  services(first: 2) { edges { node { name screeningQuestions { text }
    practitioners(first: 100) { edges { node { name } } } } } } }"""
SLOTS = """query ($filter: OpenSlotFilter!) { openSlots(filter: $filter, first: 100) { edges { node {
  startsAt endsAt service { name } practitioner { name } location { name } } } } }"""
DAYS = (
    "query ($filter: OpenSlotFilter!) { availability(filter: $filter) { date openSlotCount firstStartsAt } }"
)


async def people(api: GraphQLClient) -> None:
    assert (await api.ask(PEOPLE))["data"]["practitioners"]["edges"]


async def services(api: GraphQLClient) -> None:
    assert (await api.ask(SERVICES))["data"]["services"]["edges"]


async def slots(api: GraphQLClient) -> None:
    assert (await api.ask(SLOTS, filter=DAY))["data"]["openSlots"]["edges"]


async def days(api: GraphQLClient) -> None:
    assert (await api.ask(DAYS, filter=DAY))["data"]["availability"][0]["openSlotCount"]


async def a_visit(api: GraphQLClient) -> None:
    """Held with anybody, booked, looked at, moved and cancelled."""
    held = await api.hold(START, serviceId=VISIT)
    assert held["problems"] == []
    booked = await api.book(held["holdToken"], patient=PATIENT, screening=[])
    assert booked["problems"] == []
    token = booked["manageToken"]
    assert await api.appointment(token)
    assert (await api.reschedule(token, LATER))["problems"] == []
    assert (await api.cancel(token))["problems"] == []


@pytest.mark.parametrize("ask", [people, services, slots, days, a_visit])
async def test_a_hundred_practitioners_need_no_more_statements_than_one(
    ask: Callable[[GraphQLClient], Awaitable[None]], database: Database, database_url: str, clock: Clock
) -> None:
    counted = []
    for number in (1, 100):
        await open_clinic(database, clinic_of(number))
        app = create_app(Settings(database_url=database_url), now=clock)
        async with asgi_client(app) as client:
            with sql_statements() as sent:
                await ask(GraphQLClient(client))
        counted.append(sent)
    assert sorted(map(kind, counted[1])) == sorted(map(kind, counted[0]))


def clinic_of(number: int) -> str:
    people = "".join(practitioner(f"person-{place}", "09:00-12:00") for place in range(number))
    return small_clinic(practitioners=people)


def kind(statement: str) -> str:
    """Without what differs by the number of values."""
    return statement.partition(" IN (")[0]
