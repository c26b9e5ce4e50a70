"""Services by video and by phone: what a visitor sees, and what only those read who have booked."""

import json
from typing import Any

import pytest

from booking.storage.database import Database
from tests.booking.notifications.bookings import calendar_of, html_of, make_booking, text_of
from tests.support.clinics import NOW, edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient

SERVICE = "physiotherapy-follow-up"
ROOM = "https://meet.example.com/room"
SAID = f"""duration = "30 min"
mode = "video"
joining = {{ en = "Please open {ROOM}", fr = "Ouvrez {ROOM}" }}
price_note = {{ en = "plus HST", fr = "plus TVH" }}
price = "80.00"
currency = "CAD"


[[practitioners]]"""
BY_VIDEO = edit_file({'duration = "30 min"\nprice = "80.00"\ncurrency = "CAD"\n\n\n[[practitioners]]': SAID})
STARTS_AT = "2026-11-25T13:00:00-05:00"


@pytest.fixture
async def by_video(database: Database, api: GraphQLClient) -> None:
    await open_clinic(database, BY_VIDEO)


async def booked(api: GraphQLClient) -> dict[str, Any]:
    held = await api.hold(STARTS_AT, service=SERVICE)
    token = (await api.book(held["holdToken"], screening=[]))["manageToken"]
    query = """query ($token: String!) { appointment(manageToken: $token) {
      joining calendarFile service { mode }
    } }"""
    answer: dict[str, Any] = (await api.ask(query, token=token))["data"]["appointment"]
    return answer


@pytest.mark.usefixtures("by_video")
async def test_everybody_sees_how_a_visit_happens_and_who_has_booked_how_to_join(api: GraphQLClient) -> None:
    query = f'{{ service(slug: "{SERVICE}") {{ mode priceNote }} }}'
    answer = await api.ask(query, language="fr")
    assert answer["data"]["service"] == {"mode": "VIDEO", "priceNote": "plus TVH"}

    visit = await booked(api)
    assert visit["service"] == {"mode": "VIDEO"}
    assert visit["joining"] == f"Please open {ROOM}"
    file = visit["calendarFile"].replace("\r\n ", "")
    assert "LOCATION:By video\r\n" in file
    assert f"Please open {ROOM}" in file


async def test_a_visit_at_the_clinic_has_nothing_to_join(api: GraphQLClient) -> None:
    visit = await booked(api)

    assert (visit["service"], visit["joining"]) == ({"mode": "IN_PERSON"}, None)
    assert "1 Main Street" in visit["calendarFile"].replace("\r\n ", "")


@pytest.mark.usefixtures("by_video")
async def test_the_mail_says_how_to_join_instead_of_the_way_to_the_clinic(database: Database) -> None:
    booking = await make_booking(database, NOW.replace(day=25, hour=18), service=SERVICE)
    mail = await booking.mail()

    assert "Where: By video" in text_of(mail)
    assert f"Please open {ROOM}" in text_of(mail)
    assert f"Please open {ROOM}" in html_of(mail)
    for part in (text_of(mail), html_of(mail), calendar_of(mail)):
        assert "Main Street" not in part


@pytest.mark.usefixtures("by_video")
async def test_directories_learn_that_a_service_is_virtual(api: GraphQLClient) -> None:
    lines = (await api.http.get("/bulk/schedules.ndjson")).text.splitlines()
    types = {each[0]["text"]: each[1:] for each in (json.loads(line)["serviceType"] for line in lines)}

    code = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR", "display": "virtual"}
    assert types["Physiotherapy follow-up"] == [{"coding": [code]}]
    assert types["Physiotherapy assessment"] == []
