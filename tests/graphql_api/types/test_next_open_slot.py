"""The soonest time in words, for a button: for a reader here or elsewhere, and until when it is true."""

from datetime import UTC, datetime
from typing import Any

import httpx

from booking.storage.database import Database
from tests.graphql_api.conftest import Clock
from tests.support.clinics import open_clinic, practitioner, small_clinic
from tests.support.graphql_client import GraphQLClient

NEXT = """query ($service: String, $practitioner: String, $location: String) {
  nextOpenSlot(service: $service, practitioner: $practitioner, location: $location) {
    slot { startsAt } text textElsewhere trueUntil
  }
}"""
MORNINGS = practitioner("one", "09:00-10:00")
NIGHTS = MORNINGS.replace("mon-sun", "fri").replace("09:00-10:00", "23:30-24:00")


async def soonest(api: GraphQLClient, language: str = "en", **named: str) -> dict[str, Any] | None:
    answer = await api.ask(NEXT, language=language, **named)
    found: dict[str, Any] | None = answer["data"]["nextOpenSlot"]
    return found


async def test_the_words_say_today_tomorrow_the_weekday_or_the_day(
    api: GraphQLClient, database: Database, clock: Clock
) -> None:
    clinic = small_clinic(practitioners=MORNINGS, policy={"minimum_notice": "1 h"})
    await open_clinic(database, clinic)
    clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)  # 7:00 in Toronto
    assert await soonest(api) == {
        "slot": {"startsAt": "2026-11-23T09:00:00-05:00"},
        "text": "today 9:00\u00a0a.m.",
        "textElsewhere": "Mon 9:00\u00a0a.m.\u00a0EST",
        "trueUntil": "2026-11-23T08:00:00-05:00",
    }

    # Too late for today; what is said of tomorrow is true until midnight.
    clock.now = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert await soonest(api) == {
        "slot": {"startsAt": "2026-11-24T09:00:00-05:00"},
        "text": "tomorrow 9:00\u00a0a.m.",
        "textElsewhere": "Tue 9:00\u00a0a.m.\u00a0EST",
        "trueUntil": "2026-11-24T00:00:00-05:00",
    }
    french = await soonest(api, "fr")
    assert french
    assert french["text"].startswith("demain à 9\u00a0h"), "although the clinic's own texts are English"

    await open_clinic(database, clinic.replace('languages = ["en"]', 'languages = ["fr"]'))
    unknown = await soonest(api, "de")
    assert unknown
    assert unknown["text"].startswith("demain à 9\u00a0h"), "as the clinic's own texts are"

    await open_clinic(database, small_clinic(practitioners=NIGHTS))
    clock.now = datetime(2026, 11, 28, 4, 55, tzinfo=UTC)  # Friday at 23:55.
    in_seven_days = await soonest(api)
    assert in_seven_days
    assert (in_seven_days["text"], in_seven_days["textElsewhere"]) == ("Dec 4", "Dec 4")
    clock.now = datetime(2026, 11, 28, 17, tzinfo=UTC)  # Saturday.
    in_six_days = await soonest(api)
    assert in_six_days
    assert in_six_days["text"] == "Fri 11:30\u00a0p.m."


async def test_without_a_service_it_is_the_soonest_of_all(api: GraphQLClient) -> None:
    of_each = [
        await soonest(api, service=slug)
        for slug in ("dry-needling", "physiotherapy-assessment", "physiotherapy-follow-up")
    ]
    starts = [each["slot"]["startsAt"] for each in of_each if each]

    assert len(starts) == 3
    assert (await soonest(api) or {})["slot"]["startsAt"] == min(starts)


async def test_it_is_the_first_slot_of_the_search_for_whom_and_where_it_is_asked(api: GraphQLClient) -> None:
    first = (await api.open_slots("2026-11-23", "2026-12-10"))[0]
    of_c = next(
        slot
        for slot in await api.open_slots("2026-11-23", "2026-12-10")
        if slot["practitioner"]["slug"] == "sample-practitioner-c"
    )

    assert (await soonest(api, service="dry-needling") or {})["slot"]["startsAt"] == first["startsAt"]
    named = {"service": "dry-needling", "practitioner": "sample-practitioner-c", "location": "main-street"}
    assert (await soonest(api, **named) or {})["slot"]["startsAt"] == of_c["startsAt"]


async def test_nothing_open_within_a_month_is_null_and_an_unknown_name_an_error(
    api: GraphQLClient, database: Database
) -> None:
    unknown = await api.ask(NEXT, service="no-such-service")
    assert unknown["data"] == {"nextOpenSlot": None}
    assert [error["extensions"]["code"] for error in unknown["errors"]] == ["NOT_FOUND"]

    beyond = MORNINGS.replace("week =", "from = 2026-12-28\nweek =")
    await open_clinic(database, small_clinic(practitioners=beyond))
    assert await soonest(api) is None


async def test_a_get_of_it_is_small_and_repeated_from_the_cache(http: httpx.AsyncClient) -> None:
    asked = {"query": NEXT, "variables": '{"service":"dry-needling"}'}
    first = await http.get("/graphql", params=asked)
    again = await http.get("/graphql", params=asked, headers={"If-None-Match": first.headers["etag"]})

    headers = sum(len(name) + len(value) + 4 for name, value in first.headers.items())
    assert len(first.content) + headers < 1024
    assert again.status_code == 304
