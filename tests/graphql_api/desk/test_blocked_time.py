"""Blocked time and extra hours over the API: refused over visits, then written, never dropping one."""

from typing import Any
from uuid import uuid4

import pytest

from booking.storage.database import Database
from booking.storage.models.api_keys import Scope
from graphql_api.types.relay import global_id
from tests.booking.appointments.by_staff.front_desk import open_desk
from tests.graphql_api.desk.desk_software import (
    NINE,
    NOON,
    TEN,
    TUESDAY,
    A,
    DeskSoftware,
    desk_software,
    visits,
)
from tests.support.clinics import SAMPLE
from tests.support.graphql_client import GraphQLClient, location_id, practitioner_id, service_id

SATURDAY = "2026-11-28"
THREE, FOUR = f"{SATURDAY}T15:00:00-05:00", f"{SATURDAY}T16:00:00-05:00"
MORNING: dict[str, Any] = {
    "practitionerId": A,
    "startsAt": f"{TUESDAY}T07:00:00-05:00",
    "endsAt": NOON,
    "kind": "ABSENCE",
    "label": "Away",
}
EXTRA: dict[str, Any] = {
    "practitionerId": A,
    "locationId": location_id("main-street"),
    "startsAt": THREE,
    "endsAt": FOUR,
}
SLUG = "sample-practitioner-a"


async def test_time_is_blocked_shown_and_free_again(desk: DeskSoftware, api: GraphQLClient) -> None:
    done = await desk.change("blockTime", **MORNING)
    assert done["problems"] == []
    [block] = done["blockedTimes"]
    expected = {name: MORNING[name] for name in ("startsAt", "endsAt", "kind", "label")}
    assert {name: block[name] for name in expected} == expected
    assert (block["practitioner"], block["location"], block["isRecurring"]) == ({"slug": SLUG}, None, False)
    [shown] = (await desk.day())[SLUG]["blocked"]
    assert (shown["blockedTimeId"], shown["label"]) == (block["id"], "Away")
    assert (await api.hold(NINE, practitionerId=A))["problems"][0]["__typename"] == "NotOpen"

    removed = await desk.change("removeBlockedTime", blockedTimeId=block["id"])
    assert removed == {"removedIds": [block["id"]], "problems": []}
    assert (await desk.day())[SLUG]["blocked"] == []
    refusal = await desk.refusal("removeBlockedTime", blockedTimeId=block["id"])
    assert refusal == ("NotFound", ["input", "blockedTimeId"])


async def test_a_block_over_visits_names_them_and_changes_nothing_until_it_is_confirmed(
    desk: DeskSoftware, api: GraphQLClient
) -> None:
    visit = (await api.hold_and_book(NINE, practitionerId=A))["appointment"]["id"]
    refused = await desk.change("blockTime", **MORNING)
    assert refused["blockedTimes"] == refused["toCall"] == []
    [problem] = refused["problems"]
    assert (problem["__typename"], problem["appointments"]) == ("AppointmentsInside", [{"id": visit}])
    day = (await desk.day())[SLUG]
    assert (day["blocked"], visits(day)[0]["impossibleSince"]) == ([], None)

    done = await desk.change("blockTime", **MORNING, overAppointments=True)
    assert (done["problems"], done["toCall"]) == ([], [{"id": visit}])
    [still_there] = visits((await desk.day())[SLUG])
    assert (still_there["id"], still_there["status"]) == (visit, "BOOKED")
    assert still_there["impossibleSince"] == "2026-11-23T07:00:00-05:00"


async def test_patients_inside_are_offered_other_times_and_the_look_is_recorded(
    desk: DeskSoftware, api: GraphQLClient, database: Database
) -> None:
    await open_desk(database, SAMPLE)
    await api.hold_and_book(NINE, practitionerId=A)
    done = await desk.change("blockTime", **MORNING, overAppointments=True, offerTimes=True)
    assert (done["problems"], done["toCall"]) == ([], [])
    assert await desk.audit_rows() == [("api-key", "read", "other times offered")]


async def test_a_weekly_block_is_a_series_that_goes_as_one(desk: DeskSoftware) -> None:
    weekly = {"weekdays": ["TUESDAY", "THURSDAY"], "lastDay": "2026-12-08"}
    done = await desk.change("blockTime", **(MORNING | {"startsAt": TEN}), weekly=weekly)
    assert done["problems"] == []
    starts = [block["startsAt"][:10] for block in done["blockedTimes"]]
    assert starts == ["2026-11-24", "2026-11-26", "2026-12-01", "2026-12-03", "2026-12-08"]
    assert all(block["isRecurring"] for block in done["blockedTimes"])
    first, *others = (block["id"] for block in done["blockedTimes"])
    assert (await desk.change("removeBlockedTime", blockedTimeId=first))["removedIds"] == [first]
    gone = await desk.change("removeBlockedTime", blockedTimeId=others[0], wholeSeries=True)
    assert gone["removedIds"] == others


async def test_extra_hours_open_a_closed_day_and_close_it_again(
    desk: DeskSoftware, api: GraphQLClient
) -> None:
    assert (await api.hold(THREE, practitionerId=A))["problems"][0]["__typename"] == "NotOpen"
    done = await desk.change("addExtraHours", **EXTRA)
    assert done["problems"] == []
    hours = done["extraHours"]
    assert (hours["startsAt"], hours["endsAt"], hours["practitioner"]) == (THREE, FOUR, {"slug": SLUG})
    day = (await desk.day(SATURDAY, practitionerId=A))[SLUG]
    assert day["open"] == [{"startsAt": THREE, "endsAt": FOUR}]
    assert day["extraHours"] == [{"id": hours["id"]}]
    visit = (await api.hold_and_book(THREE, practitionerId=A))["appointment"]["id"]

    refused = await desk.change("removeExtraHours", extraHoursId=hours["id"])
    assert refused["removedId"] is None
    assert refused["problems"][0]["appointments"] == [{"id": visit}]
    removed = await desk.change("removeExtraHours", extraHoursId=hours["id"], overAppointments=True)
    assert removed == {"removedId": hours["id"], "problems": []}
    day = (await desk.day(SATURDAY, practitionerId=A))[SLUG]
    assert (day["open"], day["extraHours"], len(visits(day))) == ([], [], 1)


async def test_what_was_written_is_found_again_by_its_id_until_it_is_removed(desk: DeskSoftware) -> None:
    block = (await desk.change("blockTime", **MORNING))["blockedTimes"][0]["id"]
    hours = (await desk.change("addExtraHours", **EXTRA))["extraHours"]["id"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    answer = await desk.ask(query, ids=[block, hours])
    assert answer["data"]["nodes"] == [{"id": block}, {"id": hours}]
    await desk.change("removeBlockedTime", blockedTimeId=block)
    await desk.change("removeExtraHours", extraHoursId=hours)
    assert (await desk.ask(query, ids=[block, hours]))["data"]["nodes"] == [None, None]


GIVEN = {"blockTime": MORNING, "addExtraHours": EXTRA, "removeBlockedTime": {}, "removeExtraHours": {}}
BLOCK, ADD = "blockTime", "addExtraHours"
OLD = {"startsAt": "2026-11-20T09:00:00-05:00", "endsAt": "2026-11-20T10:00:00-05:00"}
FAR = {"startsAt": "2028-11-20T09:00:00-05:00", "endsAt": "2028-11-20T10:00:00-05:00"}
MONDAYS = {"weekdays": ["MONDAY"], "lastDay": "2026-12-08"}
UNKNOWN_BLOCK, UNKNOWN_HOURS = global_id("BlockedTime", uuid4()), global_id("ExtraHours", uuid4())
WRONG, UNKNOWN = "InvalidInput", "NotFound"
REFUSED: dict[str, tuple[str, dict[str, Any], str, list[str]]] = {
    "an end before the start": (BLOCK, {"startsAt": NOON, "endsAt": NINE}, WRONG, ["endsAt"]),
    "a time that is over": (BLOCK, OLD, WRONG, ["endsAt"]),
    "more than a year ahead": (BLOCK, FAR, WRONG, ["startsAt"]),
    "off the five minutes": (BLOCK, {"startsAt": f"{TUESDAY}T07:02:00-05:00"}, WRONG, ["startsAt"]),
    "the first of all times": (BLOCK, {"startsAt": "0001-01-01T00:00:00Z"}, WRONG, ["startsAt"]),
    "the last of all times": (BLOCK, {"endsAt": "9999-12-31T23:59:59Z"}, WRONG, ["endsAt"]),
    "a label that is too long": (BLOCK, {"label": "x" * 61}, WRONG, ["label"]),
    "nobody": (BLOCK, {"practitionerId": practitioner_id("z")}, UNKNOWN, ["practitionerId"]),
    "another type's id": (BLOCK, {"practitionerId": service_id()}, WRONG, ["practitionerId"]),
    "no place": (BLOCK, {"locationId": location_id("moon")}, UNKNOWN, ["locationId"]),
    "a weekly block without an end": (BLOCK, {"endsAt": None, "weekly": MONDAYS}, WRONG, ["endsAt"]),
    "a weekly block over more than a day": (
        BLOCK,
        {"endsAt": "2026-11-26T09:00:00-05:00", "weekly": MONDAYS},
        WRONG,
        ["endsAt"],
    ),
    "a last day before the first": (
        BLOCK,
        {"weekly": MONDAYS | {"lastDay": "2026-11-01"}},
        WRONG,
        ["weekly", "lastDay"],
    ),
    "no weekday": (BLOCK, {"weekly": MONDAYS | {"weekdays": []}}, WRONG, ["weekly", "weekdays"]),
    "an unknown block": ("removeBlockedTime", {"blockedTimeId": UNKNOWN_BLOCK}, UNKNOWN, ["blockedTimeId"]),
    "no block's id": ("removeBlockedTime", {"blockedTimeId": A}, WRONG, ["blockedTimeId"]),
    "extra hours in reverse": (ADD, {"startsAt": FOUR, "endsAt": THREE}, WRONG, ["endsAt"]),
    "extra hours of two days": (ADD, {"endsAt": "2026-11-30T16:00:00-05:00"}, WRONG, ["endsAt"]),
    "unknown extra hours": ("removeExtraHours", {"extraHoursId": UNKNOWN_HOURS}, UNKNOWN, ["extraHoursId"]),
    "no extra hours' id": ("removeExtraHours", {"extraHoursId": "17"}, WRONG, ["extraHoursId"]),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_each_refusal_is_typed(desk: DeskSoftware, what: str) -> None:
    mutation, changes, kind, path = REFUSED[what]
    assert await desk.refusal(mutation, **(GIVEN[mutation] | changes)) == (kind, ["input", *path])


async def test_a_block_may_go_over_midnight(desk: DeskSoftware) -> None:
    evening = MORNING | {"startsAt": f"{TUESDAY}T14:00:00-05:00", "endsAt": "2026-11-25T09:00:00-05:00"}
    assert (await desk.change("blockTime", **evening))["problems"] == []
    for day, hours in ((TUESDAY, ["14:00", "15:00"]), ("2026-11-25", ["07:00", "09:00"])):
        [shown] = (await desk.day(day))[SLUG]["blocked"]
        assert [shown[name][11:16] for name in ("startsAt", "endsAt")] == hours


async def test_no_other_scope_writes_on_a_practitioners_time(api: GraphQLClient, database: Database) -> None:
    given = {
        "blockTime": MORNING,
        "removeBlockedTime": {"blockedTimeId": "x"},
        "addExtraHours": EXTRA,
        "removeExtraHours": {"extraHoursId": "x"},
    }
    others = await desk_software(api.http, database, *(set(Scope) - {Scope.DESK_MANAGE}))
    for mutation, input_ in given.items():
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ problems {{ message }} }} }}"
        for answer in (await others.ask(document, input=input_), await api.ask(document, input=input_)):
            assert answer["data"] == {mutation: None}
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "scope": "DESK_MANAGE"}
