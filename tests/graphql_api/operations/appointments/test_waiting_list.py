"""The waiting list over HTTP: joined, offered, taken from two phones, declined and left."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from booking.domain.events import WEBHOOK_EVENTS
from booking.storage.database import Database
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from booking.waiting_list.worker import fill_open_times
from graphql_api.app import create_app
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from graphql_api.types.webhooks import WebhookEvent
from tests.booking.waiting_list.waiting_clinic import NOON, waiting_clinic
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.graphql_client import PATIENT, PROBLEMS, GraphQLClient

ENTRY = """
fragment Entry on WaitingListEntry {
  status firstDay lastDay availableTimes { weekday begins ends } service { slug } practitioners { slug }
  location { slug } replaces { id } appointment { id startsAt }
  openOffer { id startsAt expiresAt practitioner { slug } location { slug } } offers { id outcome }
}
"""
JOIN = (
    """mutation ($input: JoinWaitingListInput!) { joinWaitingList(input: $input) {
  waitingListEntry { ...Entry } waitingListToken problems { ...Why } } }"""
    + PROBLEMS
    + ENTRY
)
LEAVE = (
    """mutation ($input: LeaveWaitingListInput!) { leaveWaitingList(input: $input) {
  waitingListEntry { ...Entry } problems { ...Why } } }"""
    + PROBLEMS
    + ENTRY
)
ACCEPT = (
    """mutation ($input: AcceptWaitingListOfferInput!) { acceptWaitingListOffer(input: $input) {
  appointment { id startsAt status } waitingListEntry { ...Entry } problems { ...Why ... on OfferEnded {
  alternatives { startsAt } } } } }"""
    + PROBLEMS
    + ENTRY
)
DECLINE = (
    """mutation ($input: DeclineWaitingListOfferInput!) { declineWaitingListOffer(input: $input) {
  waitingListEntry { ...Entry } problems { ...Why } } }"""
    + PROBLEMS
    + ENTRY
)
QUERY = "query ($token: String!) { waitingListEntry(waitingListToken: $token) { ...Entry } }" + ENTRY
WISH = {
    "serviceId": global_id("Service", "visit"),
    "practitionerIds": [global_id("Practitioner", "one")],
    "locationId": global_id("Location", "here"),
    "availableTimes": [{"weekday": "TUESDAY", "ends": "12:00"}],
    "firstDay": "2026-11-24",
    "lastDay": "2026-11-27",
    "patient": PATIENT,
}


@pytest.fixture
async def http(database: Database, database_url: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    clock.now = NOON
    await open_clinic(database, waiting_clinic(), now=NOON)
    async with database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    async with asgi_client(create_app(Settings(database_url=database_url), now=clock)) as client:
        yield client


async def send(api: GraphQLClient, document: str, **given: Any) -> dict[str, Any]:
    answer = await api.ask(document, input=given)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    assert isinstance(payload, dict)
    return payload


async def test_a_clinic_has_a_list_once_it_sends_mails(database: Database, database_url: str) -> None:
    asked = "{ clinic { waitingList { offerMinutes offersPerWeek } } }"
    await open_clinic(database, waiting_clinic(), now=NOON)
    app = create_app(Settings(database_url=database_url))
    async with asgi_client(app) as client:
        before = await GraphQLClient(client).ask(asked)
        async with database.write() as session:
            await register_listeners(session, [MAIL_LISTENER])
        after = await GraphQLClient(client).ask(asked)

    assert before["data"]["clinic"]["waitingList"] is None
    assert after["data"]["clinic"]["waitingList"] == {"offerMinutes": 30, "offersPerWeek": 3}


async def test_a_patient_joins_is_offered_a_time_and_takes_it_from_two_phones(
    api: GraphQLClient, database: Database
) -> None:
    joined = await send(api, JOIN, **WISH)
    token = joined["waitingListToken"]
    assert joined["problems"] == []
    assert joined["waitingListEntry"] == {
        "status": "WAITLIST",
        "firstDay": "2026-11-24",
        "lastDay": "2026-11-27",
        "availableTimes": [{"weekday": "TUESDAY", "begins": "00:00", "ends": "12:00"}],
        "service": {"slug": "visit"},
        "practitioners": [{"slug": "one"}],
        "location": {"slug": "here"},
        "replaces": None,
        "appointment": None,
        "openOffer": None,
        "offers": [],
    }
    await fill_open_times(database, now=NOON)
    entry = (await api.ask(QUERY, token=token))["data"]["waitingListEntry"]
    offer = entry["openOffer"]
    assert (offer["startsAt"], offer["expiresAt"]) == (
        "2026-11-24T09:00:00-05:00",
        "2026-11-23T12:30:00-05:00",
    )

    one, other = await asyncio.gather(
        *(send(api, ACCEPT, waitingListToken=token, offerId=offer["id"]) for _ in range(2))
    )

    assert one["appointment"] == other["appointment"]
    assert one["appointment"]["startsAt"] == offer["startsAt"]
    assert one["waitingListEntry"]["status"] == "BOOKED"
    managed = await api.appointment(token)
    assert managed is not None
    assert managed["startsAt"] == offer["startsAt"]


async def test_a_link_that_is_used_after_its_time_shows_other_times(
    api: GraphQLClient, database: Database, clock: Clock
) -> None:
    token = (await send(api, JOIN, **WISH))["waitingListToken"]
    await fill_open_times(database, now=NOON)
    offer = (await api.ask(QUERY, token=token))["data"]["waitingListEntry"]["openOffer"]
    clock.now = NOON.replace(minute=31)

    late = await send(api, ACCEPT, waitingListToken=token, offerId=offer["id"])

    [problem] = late["problems"]
    assert (problem["__typename"], problem["path"]) == ("OfferEnded", ["input", "offerId"])
    assert [each["startsAt"] for each in problem["alternatives"]] == [
        "2026-11-24T09:00:00-05:00",
        "2026-11-24T09:30:00-05:00",
        "2026-11-25T09:00:00-05:00",
    ]
    entry = (await api.ask(QUERY, token=token))["data"]["waitingListEntry"]
    assert (entry["status"], entry["openOffer"]) == ("WAITLIST", None)


async def test_declined_and_left_twice(api: GraphQLClient, database: Database) -> None:
    token = (await send(api, JOIN, **WISH))["waitingListToken"]
    await fill_open_times(database, now=NOON)
    offer = (await api.ask(QUERY, token=token))["data"]["waitingListEntry"]["openOffer"]["id"]

    for _ in range(2):
        declined = await send(api, DECLINE, waitingListToken=token, offerId=offer)
        assert declined["waitingListEntry"]["offers"] == [{"id": offer, "outcome": "DECLINED"}]
    for _ in range(2):
        left = await send(api, LEAVE, waitingListToken=token)
        assert left["waitingListEntry"]["status"] == "CANCELLED"


async def test_a_wrong_secret_opens_nothing(api: GraphQLClient) -> None:
    assert (await api.ask(QUERY, token="0" * 64))["data"] == {"waitingListEntry": None}
    offer = global_id("WaitingListOffer", "00000000-0000-4000-8000-000000000001")
    for document, more in ((LEAVE, {}), (ACCEPT, {"offerId": offer}), (DECLINE, {"offerId": offer})):
        answer = await send(api, document, waitingListToken="0" * 64, **more)
        assert [each["__typename"] for each in answer["problems"]] == ["NotFound"]


@pytest.mark.parametrize("begins", ["9:00", "24:30", "noon", ""])
async def test_a_time_that_no_clock_shows_is_refused(api: GraphQLClient, begins: str) -> None:
    times = [{"weekday": "MONDAY", "begins": begins}]
    answer = await send(api, JOIN, **WISH | {"availableTimes": times})

    [problem] = answer["problems"]
    assert (problem["code"], problem["path"]) == (
        "WRONG_FORMAT",
        ["input", "availableTimes", "0", "begins"],
    )


async def test_the_clinic_says_whether_it_has_a_waiting_list(api: GraphQLClient, database: Database) -> None:
    query = "{ clinic { waitingList { offerMinutes offersPerWeek } } }"
    on = (await api.ask(query))["data"]["clinic"]["waitingList"]
    text = waiting_clinic()
    await open_clinic(database, text[: text.index("[waiting_list]")], now=NOON)

    assert on == {"offerMinutes": 30, "offersPerWeek": 3}
    assert (await api.ask(query))["data"]["clinic"]["waitingList"] is None
    [problem] = (await send(api, JOIN, **WISH))["problems"]
    assert problem["__typename"] == "NoWaitingList"


def test_webhooks_know_all_events_but_those_of_mails_alone() -> None:
    assert {event.value for event in WebhookEvent} == set(WEBHOOK_EVENTS)
