"""Reading: the clinic, its services and people, what is open, and anything by its id."""

from typing import Any

import pytest
from sqlalchemy import update

from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Practitioner
from graphql_api.types.relay import global_id, parse_global_id
from tests.graphql_api.conftest import Clock
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient, practitioner_id, service_id


async def names(api: GraphQLClient, query: str, field: str, **variables: Any) -> list[str]:
    answer = await api.ask(query, **variables)
    return [edge["node"]["slug"] for edge in answer["data"][field]["edges"]]


WHO = "query ($s: ID, $l: ID) { practitioners(serviceId: $s, locationId: $l) { edges { node { slug } } } }"


async def test_only_practitioners_who_may_deliver_a_service_are_listed_for_it(api: GraphQLClient) -> None:
    everybody = [f"sample-practitioner-{letter}" for letter in "abcde"]

    assert await names(api, WHO, "practitioners") == everybody
    assert await names(api, WHO, "practitioners", s=service_id()) == everybody[:3]
    assert await names(api, WHO, "practitioners", s=service_id("physiotherapy-follow-up")) == everybody
    assert await names(api, WHO, "practitioners", l=global_id("Location", "main-street")) == everybody
    assert await names(api, WHO, "practitioners", l=global_id("Location", "elsewhere")) == []


async def test_practitioners_of_a_service_change_with_their_certificates(
    api: GraphQLClient, clock: Clock
) -> None:
    clock.now = clock.now.replace(month=12, day=18)
    assert "sample-practitioner-c" in await names(api, WHO, "practitioners", s=service_id())
    clock.now = clock.now.replace(day=19)
    assert "sample-practitioner-c" not in await names(api, WHO, "practitioners", s=service_id())


async def test_services_of_a_practitioner_are_what_they_may_deliver(api: GraphQLClient) -> None:
    query = "query ($p: ID) { services(practitionerId: $p) { edges { node { slug } } } }"

    assert len(await names(api, query, "services")) == 5
    assert await names(api, query, "services", p=practitioner_id("d")) == [
        "physiotherapy-assessment",
        "physiotherapy-follow-up",
    ]


async def test_the_certificate_must_be_valid_on_the_day(api: GraphQLClient) -> None:
    slots = await api.open_slots("2026-12-15", "2026-12-23", practitionerId=practitioner_id("c"))

    assert sorted({slot["startsAt"][:10] for slot in slots}) == ["2026-12-15", "2026-12-17", "2026-12-18"]


async def test_closures_holidays_and_time_off_are_not_open(api: GraphQLClient) -> None:
    slots = await api.open_slots("2026-12-07", "2027-01-06")
    days = {slot["startsAt"][:10] for slot in slots}
    of_b = {slot["startsAt"][:10] for slot in slots if slot["practitioner"]["slug"].endswith("b")}

    assert {"2026-12-23", "2027-01-04"} <= days
    assert not days & {f"2026-12-{day}" for day in range(24, 32)}
    assert not days & {"2027-01-01", "2027-01-02", "2027-01-03"}
    assert {"2026-12-07", "2026-12-18"} <= of_b
    assert not of_b & {"2026-12-14", "2026-12-16"}


async def test_a_page_goes_on_where_the_last_one_ended_though_others_book(api: GraphQLClient) -> None:
    query = """query ($filter: OpenSlotFilter!, $after: String) {
      openSlots(filter: $filter, first: 5, after: $after) {
      edges { node { startsAt practitioner { slug } } } pageInfo { endCursor hasPreviousPage } } }"""
    wanted = {"serviceId": service_id(), "from": "2026-11-24", "to": "2026-11-24", "distinctTimes": True}
    before = [
        slot["startsAt"] for slot in await api.open_slots("2026-11-24", "2026-11-24", distinctTimes=True)
    ]
    first = (await api.ask(query, filter=wanted))["data"]["openSlots"]

    # The last slot of the first page is taken, by everybody who could.
    last = first["edges"][-1]["node"]["startsAt"]
    while (await api.hold(last))["hold"]:
        pass
    second = (await api.ask(query, filter=wanted, after=first["pageInfo"]["endCursor"]))["data"]["openSlots"]

    still_open = await api.open_slots("2026-11-24", "2026-11-24", distinctTimes=True)
    behind = [slot["startsAt"] for slot in still_open if slot["startsAt"] > last]
    assert [edge["node"]["startsAt"] for edge in second["edges"]] == behind[:5]
    assert second["pageInfo"]["hasPreviousPage"] is True
    assert last in before


async def test_the_pages_of_a_list_have_each_service_once(api: GraphQLClient) -> None:
    query = """query ($after: String) { services(first: 2, after: $after) {
      edges { cursor node { slug } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    seen: list[str] = []
    after = None
    while True:
        page = (await api.ask(query, after=after))["data"]["services"]
        seen += [edge["node"]["slug"] for edge in page["edges"]]
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 5


async def test_every_id_leads_back_to_its_object(api: GraphQLClient) -> None:
    query = """{ clinic { id locations { id } }
      services(first: 9) { edges { node { id screeningQuestions { id }
      practitioners(first: 6) { edges { node { id services(first: 9) { edges { node { id } } } } }
      } } } } }"""
    found = str(await api.ask(query))
    slot = (await api.open_slots("2026-11-24", "2026-11-24"))[0]["id"]
    ids = sorted({part for part in found.replace("'", " ").split() if parse_global_id(part)} | {slot})
    assert len(ids) == 1 + 1 + 5 + 6 + 5 + 1

    answer = await api.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)

    assert [node["id"] for node in answer["data"]["nodes"]] == ids


async def test_node_answers_null_for_gone_unknown_and_not_yours_alike(api: GraphQLClient) -> None:
    slot = (await api.open_slots("2026-11-24", "2026-11-24"))[0]
    booked = await api.hold_and_book(
        slot["startsAt"], practitionerId=global_id("Practitioner", slot["practitioner"]["slug"])
    )
    ids = [
        slot["id"],
        booked["appointment"]["id"],
        service_id("no-such"),
        global_id("OpenSlot", "dry-needling/sample-practitioner-a/main-street/x"),
        global_id("OpenSlot", "x"),
        global_id("OpenSlot", f"dry-needling/sample-practitioner-a/main-street/{10**30}"),
        global_id("Nothing", "x"),
        "nonsense",
        "",
    ]

    answer = await api.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert answer == {"data": {"nodes": [None] * len(ids)}}
    too_many = await api.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 51)
    assert too_many["errors"][0]["extensions"] == {
        "code": "INVALID_INPUT",
        "path": ["ids"],
        "inputCode": "TOO_LONG",
    }


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fr-CA, en;q=0.5", "Services de santé Exemple"),
        ("en", "Sample Health Services"),
        ("de", "Sample Health Services"),
        ("", "Sample Health Services"),
    ],
)
async def test_texts_come_in_the_language_asked_for_or_the_clinics_own(
    api: GraphQLClient, language: str, name: str
) -> None:
    answer = await api.ask("{ clinic { name } }", language=language)

    assert answer == {"data": {"clinic": {"name": name}}}


async def test_the_clinic_shows_its_hours_and_rules(api: GraphQLClient) -> None:
    query = """{ clinic { phone phoneShown timeZone languages email website
      bookingPolicy { slotStepMinutes minimumNoticeMinutes horizonDays holdMinutes cancellationNoticeMinutes }
      locations { timeZone openingHours { weekday opens closes } } } }"""

    clinic = (await api.ask(query))["data"]["clinic"]

    weekdays = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
    assert clinic == {
        "phone": "+14165451881",
        "phoneShown": "416.545.1881",
        "timeZone": "America/Toronto",
        "languages": ["en", "fr"],
        "email": "reception@example.com",
        "website": "https://example.com/",
        "bookingPolicy": {
            "slotStepMinutes": 15,
            "minimumNoticeMinutes": 120,
            "horizonDays": 60,
            "holdMinutes": 5,
            "cancellationNoticeMinutes": 1440,
        },
        "locations": [
            {
                "timeZone": "America/Toronto",
                "openingHours": [{"weekday": day, "opens": "07:00", "closes": "19:00"} for day in weekdays],
            }
        ],
    }


async def test_frequent_questions_are_in_the_language_asked_for(api: GraphQLClient) -> None:
    document = 'query { service(slug: "dry-needling") { faq { question answer } } }'

    english = (await api.ask(document))["data"]["service"]["faq"]
    french = (await api.ask(document, language="fr"))["data"]["service"]["faq"]

    assert [asked["question"] for asked in english] == ["Does it hurt?", "How many visits will I need?"]
    assert french[0]["question"] == "Est-ce que ça fait mal?"
    assert all(asked["answer"] for asked in english + french)


async def test_a_practitioner_and_a_location_are_found_by_their_names_in_links(api: GraphQLClient) -> None:
    document = "query ($p: String!, $l: String!) { practitioner(slug: $p) { id } location(slug: $l) { id } }"

    found = await api.ask(document, p="sample-practitioner-a", l="main-street")
    unknown = await api.ask(document, p="main-street", l="a\u0000é")

    assert found["data"] == {
        "practitioner": {"id": global_id("Practitioner", "sample-practitioner-a")},
        "location": {"id": global_id("Location", "main-street")},
    }
    assert unknown == {"data": {"practitioner": None, "location": None}}


async def test_a_practitioner_who_left_and_a_closed_location_are_not_found_by_name(
    database: Database, api: GraphQLClient
) -> None:
    async with database.write() as session:
        await session.execute(update(Practitioner).values(listed=False))
        await session.execute(update(Location).values(listed=False))

    answer = await api.ask(
        '{ practitioner(slug: "sample-practitioner-a") { id } location(slug: "main-street") { id } }'
    )

    assert answer == {"data": {"practitioner": None, "location": None}}


WEEK = '[[practitioners.hours]]\nweek = { wed-fri = ["07:00-14:00"] }'
BY_E = {"serviceId": service_id("physiotherapy-follow-up"), "practitionerId": practitioner_id("e")}


async def days_of_e(api: GraphQLClient) -> list[str]:
    slots = await api.open_slots("2026-11-23", "2026-12-20", **BY_E)
    return sorted({slot["startsAt"][5:10] for slot in slots})


async def test_days_are_open_from_a_day_on_until_a_day_and_every_other_week(
    api: GraphQLClient, database: Database
) -> None:
    assert len(await days_of_e(api)) == 12

    every_other = WEEK.replace("week =", 'from = 2026-12-07\nevery = "2 weeks"\nweek =')
    before = WEEK.replace("week =", "from = 2026-11-26\nuntil = 2026-12-02\nweek =")
    await open_clinic(database, edit_file({WEEK: f"{every_other}\n{before}"}))

    assert await days_of_e(api) == ["11-26", "11-27", "12-02", "12-09", "12-10", "12-11"]


async def test_a_practitioner_works_where_hours_are_not_over(
    api: GraphQLClient, database: Database, clock: Clock
) -> None:
    await open_clinic(database, edit_file({WEEK: WEEK.replace("week =", "until = 2026-12-04\nweek =")}))

    async def works() -> bool:
        return "sample-practitioner-e" in await names(
            api, WHO, "practitioners", l=global_id("Location", "main-street")
        )

    clock.now = clock.now.replace(month=12, day=4)
    assert await works()
    clock.now = clock.now.replace(day=6)
    assert not await works()
