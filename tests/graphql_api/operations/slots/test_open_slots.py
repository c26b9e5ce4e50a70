"""Open slots: counted by day, in a part of the day, and the soonest ones."""

import pytest

from tests.support.graphql_client import GraphQLClient, practitioner_id, service_id


async def test_availability_counts_what_open_slots_lists(api: GraphQLClient) -> None:
    query = """query ($filter: OpenSlotFilter!) {
      availability(filter: $filter) { date openSlotCount firstStartsAt } }"""
    late = {"startsFrom": "16:00", "startsBefore": "24:00"}
    for more in ({}, {"distinctTimes": True}, {"practitionerId": practitioner_id("b")}, late):
        slots = await api.open_slots("2026-11-23", "2026-12-23", **more)
        wanted = {"serviceId": service_id(), "from": "2026-11-23", "to": "2026-12-23"} | more

        days = (await api.ask(query, filter=wanted))["data"]["availability"]

        assert len(days) == 31
        for day in days:
            starts = [slot["startsAt"] for slot in slots if slot["startsAt"].startswith(day["date"])]
            assert day["openSlotCount"] == len(starts)
            assert day["firstStartsAt"] == (starts[0] if starts else None)


async def test_hours_of_the_day_leave_the_times_that_start_in_them(api: GraphQLClient) -> None:
    day = "2026-11-24", "2026-11-24"
    all_starts = [slot["startsAt"] for slot in await api.open_slots(*day)]

    starts = [
        slot["startsAt"] for slot in await api.open_slots(*day, startsFrom="09:10", startsBefore="16:00")
    ]

    assert starts == [start for start in all_starts if "09:10" <= start[11:16] < "16:00"]
    assert 0 < len(starts) < len(all_starts)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"startsFrom": "9:00"}, "startsFrom"),
        ({"startsBefore": "25:00"}, "startsBefore"),
        ({"startsFrom": "16:00", "startsBefore": "16:00"}, "startsBefore"),
    ],
)
async def test_hours_that_no_day_has_are_refused(
    api: GraphQLClient, hours: dict[str, str], field: str
) -> None:
    query = "query ($filter: OpenSlotFilter!) { openSlots(filter: $filter) { edges { cursor } } }"
    wanted = {"serviceId": service_id(), "from": "2026-11-24", "to": "2026-11-24"} | hours

    answer = await api.ask(query, filter=wanted)

    assert answer["data"] == {"openSlots": None}
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert field in str(answer["errors"][0])


async def test_the_soonest_slots_are_open_and_differ(api: GraphQLClient) -> None:
    query = """query ($service: ID!, $practitioner: ID) {
      soonestSlots(serviceId: $service, practitionerId: $practitioner) { startsAt practitioner { slug } } }"""

    async def soonest(practitioner: str | None = None) -> list[str]:
        answer = await api.ask(query, service=service_id(), practitioner=practitioner)
        return [slot["startsAt"] for slot in answer["data"]["soonestSlots"]]

    starts = await soonest()
    open_starts = [slot["startsAt"] for slot in await api.open_slots("2026-11-23", "2026-12-23")]
    assert starts[0] == open_starts[0]
    assert len(starts) == 3
    assert set(starts) <= set(open_starts)

    # Whoever could give the soonest one has it taken.
    while (await api.hold(starts[0]))["hold"]:
        pass
    assert (
        (await soonest())[0] == (await api.open_slots("2026-11-23", "2026-12-23"))[0]["startsAt"] > starts[0]
    )
    assert await soonest(practitioner_id("b")) != starts


async def test_distinct_times_has_each_start_once(api: GraphQLClient) -> None:
    all_slots = await api.open_slots("2026-11-24", "2026-11-24")
    distinct = await api.open_slots("2026-11-24", "2026-11-24", distinctTimes=True)

    starts = [slot["startsAt"] for slot in distinct]
    assert starts == sorted({slot["startsAt"] for slot in all_slots})
    assert len(all_slots) > len(starts)
