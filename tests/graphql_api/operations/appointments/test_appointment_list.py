"""A partner's list of appointments: changes since, filters, orders, counts, and pages while rows change."""

from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Location
from graphql_api.types.relay import global_id
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import NOW
from tests.support.graphql_client import GraphQLClient, practitioner_id, screening_answers, service_id

MINUTE = timedelta(minutes=1)
FIRST, SECOND, THIRD = "2026-12-08T09:00:00-05:00", "2026-11-24T09:00:00-05:00", "2026-12-01T09:00:00-05:00"
LIST = """query ($filter: AppointmentFilter, $orderBy: AppointmentOrder, $first: Int, $after: String) {
  appointments(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    edges { node { id startsAt bookedAt updatedAt sequence status } }
    pageInfo { hasNextPage endCursor }
  }
}"""


@pytest.fixture
async def partner(http: httpx.AsyncClient, database: Database, clock: Clock) -> GraphQLClient:
    """Booked three visits, one a minute, in another order than that of their starts."""
    http.headers.update(bearing((await new_key(database))[1]))
    api = GraphQLClient(http)
    for starts_at, service in ((FIRST, ""), (SECOND, "physiotherapy-follow-up"), (THIRD, "")):
        clock.now += MINUTE
        held = await api.hold(starts_at, service=service or "dry-needling")
        done = await api.book(held["holdToken"], screening=[] if service else screening_answers())
        assert done["problems"] == []
    return api


async def listed(api: GraphQLClient, **variables: Any) -> list[dict[str, Any]]:
    """The appointments of all pages, which have two each."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await api.ask(LIST, first=2, after=after, **variables))["data"]["appointments"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def starts(api: GraphQLClient, **variables: Any) -> list[str]:
    return [node["startsAt"] for node in await listed(api, **variables)]


async def cancel(api: GraphQLClient, id: str) -> None:
    document = """mutation ($id: ID!) {
      cancelAppointment(input: { appointmentId: $id }) { problems { message } } }"""
    assert (await api.ask(document, id=id))["data"]["cancelAppointment"]["problems"] == []


async def move(api: GraphQLClient, id: str, starts_at: str) -> None:
    document = """mutation ($id: ID!, $at: DateTime!) {
      rescheduleAppointment(input: { appointmentId: $id, startsAt: $at }) { problems { message } } }"""
    assert (await api.ask(document, id=id, at=starts_at))["data"]["rescheduleAppointment"]["problems"] == []


async def test_what_changed_since_is_found_with_its_sequence(partner: GraphQLClient, clock: Clock) -> None:
    first, second, third = await listed(partner)
    clock.now += MINUTE
    await move(partner, first["id"], "2026-12-08T10:00:00-05:00")
    changed_since = clock.now.isoformat()
    clock.now += MINUTE
    await cancel(partner, third["id"])

    changed = await listed(partner, filter={"changedSince": changed_since}, orderBy="UPDATED_AT")

    assert [(node["id"], node["sequence"], node["status"]) for node in changed] == [
        (first["id"], 1, "BOOKED"),
        (third["id"], 1, "CANCELLED"),
    ]
    assert second["sequence"] == 0
    booked_at, updated_at = (datetime.fromisoformat(changed[0][name]) for name in ("bookedAt", "updatedAt"))
    assert (booked_at, updated_at) == (NOW + MINUTE, NOW + 4 * MINUTE)
    assert changed[0]["bookedAt"].endswith("-05:00")
    later = (clock.now + MINUTE).isoformat()
    assert await listed(partner, filter={"changedSince": later}) == []


async def test_the_order_is_chosen(partner: GraphQLClient, clock: Clock) -> None:
    clock.now += MINUTE
    await cancel(partner, (await listed(partner))[0]["id"])

    assert await starts(partner) == await starts(partner, orderBy="BOOKED_AT") == [FIRST, SECOND, THIRD]
    assert await starts(partner, orderBy="STARTS_AT") == [SECOND, THIRD, FIRST]
    assert await starts(partner, orderBy="UPDATED_AT") == [SECOND, THIRD, FIRST]
    assert await starts(partner, orderBy=None) == [FIRST, SECOND, THIRD]


async def test_filters_are_met_together(partner: GraphQLClient) -> None:
    follow_up = {"serviceId": service_id("physiotherapy-follow-up")}
    main_street = {"locationId": global_id("Location", "main-street")}
    first = await listed(partner)
    await cancel(partner, first[2]["id"])

    assert await starts(partner, filter=follow_up) == [SECOND]
    assert await starts(partner, filter=follow_up | {"status": "CANCELLED"}) == []
    assert await starts(partner, filter={"status": "CANCELLED"}) == [THIRD]
    assert await starts(partner, filter={"from": "2026-11-24", "to": "2026-12-01"}) == [SECOND, THIRD]
    assert await starts(partner, filter={"from": "2026-11-25"} | main_street) == [FIRST, THIRD]
    assert await starts(partner, filter={"to": "2026-11-24"}) == [SECOND]
    assert await starts(partner, filter={"from": "0001-01-01", "to": "9999-12-31"}) == [FIRST, SECOND, THIRD]
    assert await starts(partner, filter={"locationId": global_id("Location", "elsewhere")}) == []
    of_each = [await starts(partner, filter={"practitionerId": practitioner_id(one)}) for one in "abcde"]
    assert sorted(chain.from_iterable(of_each)) == sorted([FIRST, SECOND, THIRD])
    nothing = dict.fromkeys(("changedSince", "from", "to", "status", "serviceId", "practitionerId"))
    assert await starts(partner, filter=nothing) == [FIRST, SECOND, THIRD]


async def test_a_day_is_one_of_the_locations_calendar(partner: GraphQLClient, database: Database) -> None:
    async with database.write() as session:
        await session.execute(update(Location).values(time_zone="Pacific/Auckland"))
    on_the_25th = {"from": "2026-11-25", "to": "2026-11-25"}

    assert await starts(partner, filter=on_the_25th) == ["2026-11-25T03:00:00+13:00"]


async def test_the_count_is_of_all_pages_and_of_what_the_filter_leaves(partner: GraphQLClient) -> None:
    first = (await partner.ask(LIST, first=1))["data"]["appointments"]
    after = first["pageInfo"]["endCursor"]
    second = (await partner.ask(LIST, first=1, after=after))["data"]["appointments"]
    filtered = (await partner.ask(LIST, first=1, filter={"to": "2026-12-01"}))["data"]["appointments"]
    catalogue = await partner.ask("{ services(first: 1) { totalCount } practitioners { totalCount } }")

    assert [page["totalCount"] for page in (first, second, filtered)] == [3, 3, 2]
    slots = f'openSlots(filter: {{serviceId: "{service_id()}", from: "2026-11-24", to: "2026-11-24"}})'
    assert (await partner.ask(f"{{ {slots} {{ totalCount }} }}"))["data"]["openSlots"] == {"totalCount": None}
    assert catalogue["data"] == {"services": {"totalCount": 5}, "practitioners": {"totalCount": 5}}


async def test_a_change_during_the_walk_is_listed_again_and_hides_no_other(
    partner: GraphQLClient, clock: Clock
) -> None:
    first, second, third = await listed(partner, orderBy="UPDATED_AT")
    page = (await partner.ask(LIST, first=2, orderBy="UPDATED_AT"))["data"]["appointments"]
    clock.now += MINUTE
    await cancel(partner, first["id"])

    rest = await partner.ask(LIST, orderBy="UPDATED_AT", after=page["pageInfo"]["endCursor"])

    nodes = [edge["node"] for edge in rest["data"]["appointments"]["edges"]]
    assert [(node["id"], node["sequence"]) for node in nodes] == [(third["id"], 0), (first["id"], 1)]
    assert second["id"] == page["edges"][1]["node"]["id"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"filter": {"from": "2026-12-02", "to": "2026-12-01"}}, ["filter", "to"]),
        ({"filter": {"serviceId": practitioner_id("a")}}, ["filter", "serviceId"]),
        ({"filter": {"practitionerId": service_id()}}, ["filter", "practitionerId"]),
        ({"filter": {"locationId": "x"}}, ["filter", "locationId"]),
        ({"after": "WyJVUERBVEVEX0FUIiwwLCJ4Il0"}, ["after"]),
    ],
)
async def test_a_filter_that_can_not_be_met_is_refused(
    partner: GraphQLClient, wrong: dict[str, Any], path: list[str]
) -> None:
    [error] = (await partner.ask(LIST, **wrong))["errors"]

    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("INVALID_INPUT", path)


async def test_a_cursor_is_good_for_its_own_order_only(partner: GraphQLClient) -> None:
    page = (await partner.ask(LIST, first=1, orderBy="STARTS_AT"))["data"]["appointments"]

    answer = await partner.ask(LIST, after=page["pageInfo"]["endCursor"])

    assert answer["errors"][0]["message"] == "This is a cursor of another order."


async def test_the_appointments_of_another_key_are_neither_listed_nor_counted(
    partner: GraphQLClient, http: httpx.AsyncClient, database: Database
) -> None:
    http.headers.update(bearing((await new_key(database))[1]))

    for order in ("BOOKED_AT", "UPDATED_AT", "STARTS_AT"):
        page = (await partner.ask(LIST, orderBy=order, filter={"from": "2026-11-24"}))["data"]["appointments"]
        assert (page["totalCount"], page["edges"]) == (0, [])
