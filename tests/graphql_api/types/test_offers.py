"""A practitioner takes a time of their own for a service, and a price: shown, held, booked and moved."""

from typing import Any

import pytest

from booking.storage.database import Database
from tests.support.clinics import open_clinic, with_longer_visits_of_b
from tests.support.graphql_client import GraphQLClient, practitioner_id, service_id

FOLLOW_UP = "physiotherapy-follow-up"
B, D = practitioner_id("b"), practitioner_id("d")
OFFERS = """query ($slug: String!) { service(slug: $slug) {
  durationMinutes price { amount }
  offerRange { shortestMinutes longestMinutes lowestPrice { amount } highestPrice { amount currency } }
  differingOffers { practitioner { slug } durationMinutes price { amount currency } }
} }"""


@pytest.fixture
async def longer_with_b(database: Database, api: GraphQLClient) -> None:
    """A follow-up takes 30 minutes and costs $80; with the practitioner B it is an hour, and $120."""
    await open_clinic(database, with_longer_visits_of_b())


async def offers(api: GraphQLClient, slug: str) -> dict[str, Any]:
    service: dict[str, Any] = (await api.ask(OFFERS, slug=slug))["data"]["service"]
    return service


@pytest.mark.usefixtures("longer_with_b")
async def test_a_service_says_who_takes_another_time_and_price_for_it(api: GraphQLClient) -> None:
    assert await offers(api, FOLLOW_UP) == {
        "durationMinutes": 30,
        "price": {"amount": "80.00"},
        "offerRange": {
            "shortestMinutes": 30,
            "longestMinutes": 60,
            "lowestPrice": {"amount": "80.00"},
            "highestPrice": {"amount": "120.00", "currency": "CAD"},
        },
        "differingOffers": [
            {
                "practitioner": {"slug": "sample-practitioner-b"},
                "durationMinutes": 60,
                "price": {"amount": "120.00", "currency": "CAD"},
            }
        ],
    }
    assert (await offers(api, "physiotherapy-assessment"))["differingOffers"] == []


async def book(api: GraphQLClient, practitioner: str) -> dict[str, Any]:
    """A follow-up on Wednesday at 13:00."""
    held = await api.hold("2026-11-25T13:00:00-05:00", service=FOLLOW_UP, practitionerId=practitioner)
    return await api.book(held["holdToken"], screening=[])


def minutes(slot: dict[str, Any]) -> int:
    start, end = (slot[name][11:16].split(":") for name in ("startsAt", "endsAt"))
    return (int(end[0]) - int(start[0])) * 60 + int(end[1]) - int(start[1])


@pytest.mark.usefixtures("longer_with_b")
async def test_open_times_are_as_long_as_their_practitioner_takes(api: GraphQLClient) -> None:
    slots = await api.open_slots("2026-11-25", "2026-11-25", serviceId=service_id(FOLLOW_UP))

    lengths = {(slot["practitioner"]["slug"][-1], minutes(slot)) for slot in slots}
    assert lengths == {("a", 30), ("b", 60), ("d", 30), ("e", 30)}
    # B is there until 19:00, and D too.
    last = {slot["practitioner"]["slug"][-1]: slot["startsAt"][11:16] for slot in slots}
    assert (last["b"], last["d"]) == ("18:00", "18:30")


@pytest.mark.usefixtures("longer_with_b")
async def test_a_booking_keeps_others_from_all_of_the_practitioners_time(api: GraphQLClient) -> None:
    booked = await book(api, B)

    assert booked["appointment"]["endsAt"] == "2026-11-25T14:00:00-05:00"
    refused = await api.hold("2026-11-25T13:30:00-05:00", service=FOLLOW_UP, practitionerId=B)
    assert [problem["__typename"] for problem in refused["problems"]] == ["SlotTaken"]
    after = await api.hold("2026-11-25T14:00:00-05:00", service=FOLLOW_UP, practitionerId=B)
    assert after["problems"] == []


@pytest.mark.usefixtures("longer_with_b")
async def test_a_visit_that_moves_to_another_practitioner_takes_their_time(api: GraphQLClient) -> None:
    booked = await book(api, D)
    token = booked["manageToken"]
    assert booked["appointment"]["endsAt"] == "2026-11-25T13:30:00-05:00"

    moved = await api.reschedule(token, "2026-11-25T13:00:00-05:00", practitionerId=B)
    assert moved["appointment"]["endsAt"] == "2026-11-25T14:00:00-05:00"
    back = await api.reschedule(token, "2026-11-25T13:15:00-05:00", practitionerId=D)
    assert back["appointment"]["endsAt"] == "2026-11-25T13:45:00-05:00"
    free = await api.hold("2026-11-25T13:00:00-05:00", service=FOLLOW_UP, practitionerId=B)
    assert free["problems"] == []
