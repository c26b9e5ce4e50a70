"""Statuses over HTTP: what a patient's link and a partner's key see of them, and may still do."""

from datetime import datetime

import httpx
import pytest

from booking.appointments.status import set_status
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.appointments import appointment_by_reference
from tests.graphql_api.conftest import Clock
from tests.graphql_api.operations.appointments.test_appointment_list import listed
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.graphql_client import GraphQLClient

TUESDAY = "2026-11-24T09:00:00-05:00"
STAFF = Actor(ActorKind.STAFF, "reception", "10.0.0.7")
SEEN = """query ($token: String!) { appointment(manageToken: $token) {
  status version sequence cancellationReason canChange updatedAt calendarFile } }"""
STATUSES = {
    "ARRIVED": AppointmentStatus.ARRIVED,
    "CHECKED_IN": AppointmentStatus.CHECKED_IN,
    "FULFILLED": AppointmentStatus.FULFILLED,
    "NOSHOW": AppointmentStatus.NOSHOW,
}


async def put(database: Database, reference: str, status: AppointmentStatus, *, at: datetime) -> Appointment:
    async with database.write() as session:
        row = await appointment_by_reference(session, reference)
        assert row is not None
        return await set_status(session, row.id, status, version=row.version, actor=STAFF, now=at)


@pytest.mark.parametrize(("shown", "status"), STATUSES.items())
async def test_the_link_of_a_visit_shows_each_status_and_changes_nothing_more(
    api: GraphQLClient, database: Database, clock: Clock, shown: str, status: AppointmentStatus
) -> None:
    booked = await api.hold_and_book(TUESDAY)
    token = booked["manageToken"]
    clock.now = datetime.fromisoformat("2026-11-24T08:50:00-05:00")
    await put(database, booked["appointment"]["reference"], status, at=clock.now)

    seen = (await api.ask(SEEN, token=token))["data"]["appointment"]
    calendar = seen.pop("calendarFile")
    assert seen == {
        "status": shown,
        "version": 1,
        "sequence": 0,
        "cancellationReason": None,
        "canChange": False,
        "updatedAt": "2026-11-24T08:50:00-05:00",
    }
    assert {"METHOD:PUBLISH", "STATUS:CONFIRMED", "SEQUENCE:0"} <= set(calendar.split("\r\n"))
    for answer in (await api.reschedule(token, "2026-11-24T14:00:00-05:00"), await api.cancel(token)):
        assert [problem["__typename"] for problem in answer["problems"]] == ["TooLateToChange"]


async def test_a_cancellation_by_the_patient_says_so(api: GraphQLClient) -> None:
    token = (await api.hold_and_book(TUESDAY))["manageToken"]
    assert (await api.cancel(token))["problems"] == []
    seen = (await api.ask(SEEN, token=token))["data"]["appointment"]
    assert (seen["status"], seen["cancellationReason"], seen["version"]) == ("CANCELLED", "PATIENT", 1)


async def test_a_partner_finds_statuses_by_the_filter_and_among_changes(
    http: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    http.headers.update(bearing((await new_key(database))[1]))
    api = GraphQLClient(http)
    first = await api.hold_and_book(TUESDAY)
    await api.hold_and_book("2026-11-25T09:00:00-05:00")
    clock.now = datetime.fromisoformat(TUESDAY)
    await put(database, first["appointment"]["reference"], AppointmentStatus.NOSHOW, at=clock.now)

    changed = await listed(api, filter={"changedSince": TUESDAY})
    assert [(node["id"], node["status"]) for node in changed] == [(first["appointment"]["id"], "NOSHOW")]
    assert await listed(api, filter={"status": "NOSHOW"}) == changed
    assert len(await listed(api, filter={"status": "BOOKED"})) == 1
    assert await listed(api, filter={"status": "ARRIVED"}) == []
