"""A partner whose server has booked a visit and a course, and the rows that it leaves in the audit trail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from booking.storage.database import Database
from booking.storage.models.audit import AuditAction, AuditEvent
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient, screening_answers

NINE, TEN, ELEVEN = (f"2026-11-24T{hour}:00:00-05:00" for hour in ("09", "10", "11"))
COURSE = [ELEVEN, "2026-12-01T11:00:00-05:00", "2026-12-08T11:00:00-05:00"]
ADDRESS = "203.0.113.7"
NAME = PATIENT["name"]

BOOK = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  appointment { id } manageToken problems { __typename } } }"""
BOOK_COURSE = """mutation ($input: BookCourseInput!) { bookCourse(input: $input) {
  course { id } manageToken problems { __typename } } }"""
MOVE = """mutation ($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) {
  appointment { id } problems { __typename } } }"""
CANCEL = """mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) {
  appointment { id } problems { __typename } } }"""
NAMES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Appointment { patient { name } } } }"


@dataclass(frozen=True)
class Partner:
    """A partner's server, with what it booked: a visit, and a course of three visits."""

    api: GraphQLClient
    key: str
    database: Database
    ids: dict[str, str]

    async def rows(self) -> list[tuple[AuditAction, str]]:
        """What the audit trail has since the visits were booked: the action, and its detail."""
        async with self.database.read() as session:
            events = await session.scalars(select(AuditEvent).order_by(AuditEvent.sequence).offset(2))
            return [(event.action, event.detail) for event in events]

    async def ask(self, query: str, **variables: Any) -> Any:
        answer = await self.api.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


VIEW = (AuditAction.READ, "Appointment.patient")


@asynccontextmanager
async def opened_by_partner(database: Database, url: str, clock: Clock) -> AsyncIterator[Partner]:
    await open_clinic(database)
    key, secret = await new_key(database)
    async with asgi_client(create_app(Settings(database_url=url), now=clock), address=ADDRESS) as client:
        client.headers.update(bearing(secret))
        api = GraphQLClient(client)
        given: dict[str, Any] = {"patient": PATIENT, "screening": screening_answers()}
        visit = await api.ask(BOOK, input=given | {"holdToken": (await api.hold(NINE))["holdToken"]})
        tokens = (await api.hold_course(COURSE))["holdTokens"]
        course = await api.ask(BOOK_COURSE, input=given | {"holdTokens": tokens})
        booked, as_one = visit["data"]["bookAppointment"], course["data"]["bookCourse"]
        ids = {
            "visit": booked["appointment"]["id"],
            "visit's token": booked["manageToken"],
            "course": as_one["course"]["id"],
            "course's token": as_one["manageToken"],
        }
        yield Partner(api, key, database, ids)
