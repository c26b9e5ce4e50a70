"""Software of the sample clinic, which sees and runs its day over the API."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from booking.appointments.blocked_time.block import block_time
from booking.appointments.blocked_time.extra_hours import add_extra_hours
from booking.domain.actor import Actor, ActorKind
from booking.scheduling.blocked_time import BlockRequest, ExtraHoursRequest
from booking.storage.database import Database
from booking.storage.models.audit import AuditEvent
from booking.storage.models.desk.blocked_time import BlockKind
from graphql_api.types.relay import global_id
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import NOW
from tests.support.graphql_client import PROBLEMS, practitioner_id

TUESDAY = "2026-11-24"
NINE, TEN, NOON = (f"{TUESDAY}T{hour}:00:00-05:00" for hour in ("09", "10", "12"))
DESK_SCOPES = ("desk-read", "desk-manage", "patient-read")
A, B = practitioner_id("a"), practitioner_id("b")

DAY = """query ($date: LocalDate!, $practitionerId: ID, $first: Int, $after: String) {
  daySchedule(date: $date, practitionerId: $practitionerId, first: $first, after: $after) {
    edges { node {
      practitioner { slug }
      open { startsAt endsAt } free { startsAt endsAt }
      held { startsAt endsAt expiresAt byStaff isSqueezeIn }
      extraHours { id }
      blocked { startsAt endsAt blockedTimeId label }
      appointments { edges { node {
        id reference status version startsAt service { slug } isSqueezeIn hasTopics hasNote note
        impossibleSince patient { id name email phone } } } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""

INSIDE = "fragment Inside on AppointmentsInside { appointments { id } }"
MUTATIONS = {
    "setAppointmentStatus": "appointment { id status version }",
    "setAppointmentNote": "appointment { id note version }",
    "rescheduleForPatient": "appointment { id startsAt practitioner { slug } version isSqueezeIn }",
    "cancelForPatient": "appointment { id status cancellationReason version }",
    "bookForPatient": (
        "appointment { id startsAt practitioner { slug } isSqueezeIn patient { id name email phone } } "
        "manageToken"
    ),
    "blockTime": (
        "blockedTimes { id startsAt endsAt kind label isRecurring practitioner { slug } location { slug } } "
        "toCall { id }"
    ),
    "removeBlockedTime": "removedIds",
    "addExtraHours": "extraHours { id startsAt endsAt practitioner { slug } location { slug } }",
    "removeExtraHours": "removedId",
}
"""What each mutation is asked for, besides its problems."""


@dataclass(frozen=True)
class DeskSoftware:
    """What it is answered with one key."""

    http: httpx.AsyncClient
    database: Database
    key: str
    secret: str

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        headers = bearing(self.secret) | {"content-type": "application/json"}
        body = json.dumps({"query": query, "variables": variables})
        response = await self.http.post("/graphql", content=body, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def day(self, date: str = TUESDAY, **more: Any) -> dict[str, Any]:
        """The day of each practitioner, by slug."""
        answer = await self.ask(DAY, date=date, **more)
        assert "errors" not in answer, answer
        days = [edge["node"] for edge in answer["data"]["daySchedule"]["edges"]]
        return {day["practitioner"]["slug"]: day for day in days}

    async def change(self, mutation: str, **given: Any) -> dict[str, Any]:
        """The payload of a mutation."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        selected = MUTATIONS[mutation] + " problems { ...Why ...Inside }"
        document = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {selected} }} }}"
        answer = await self.ask(document + PROBLEMS + INSIDE, input=given)
        assert "errors" not in answer, answer["errors"]
        payload: dict[str, Any] = answer["data"][mutation]
        return payload

    async def refusal(self, mutation: str, **given: Any) -> tuple[str, list[str]]:
        """The type and the path of the one problem with which it is refused."""
        [problem] = (await self.change(mutation, **given))["problems"]
        return problem["__typename"], problem["path"]

    async def audit_rows(self) -> list[tuple[str, str, str]]:
        """The rows of this key: the kind of the actor, the action, and what was seen or done."""
        async with self.database.read() as session:
            query = select(AuditEvent).where(AuditEvent.actor_id == self.key).order_by(AuditEvent.sequence)
            return [(row.actor_kind, row.action, row.detail) for row in await session.scalars(query)]


async def desk_software(http: httpx.AsyncClient, database: Database, *scopes: str) -> DeskSoftware:
    """With these scopes, or all of a desk."""
    key, secret = await new_key(database, *(scopes or DESK_SCOPES), name="Sample Phone System")
    return DeskSoftware(http, database, key, secret)


def visits(day: dict[str, Any]) -> list[dict[str, Any]]:
    """The appointments of a practitioner's day."""
    return [edge["node"] for edge in day["appointments"]["edges"]]


async def times_of_the_desk(database: Database) -> dict[str, str]:
    """Blocked time and extra hours that staff wrote."""
    start = datetime(2026, 12, 19, 15, tzinfo=UTC)
    times = start, start + timedelta(hours=1)
    staff = Actor(ActorKind.STAFF, "reception", "192.0.2.1")
    slug, place = "sample-practitioner-a", "main-street"
    async with database.write() as session:
        request = BlockRequest(slug, *times, BlockKind.OTHER)
        outcome = await block_time(session, request, actor=staff, now=NOW)
        hours = await add_extra_hours(session, ExtraHoursRequest(slug, place, *times), actor=staff, now=NOW)
    return {
        "BlockedTime": global_id("BlockedTime", outcome.blocks[0].id),
        "ExtraHours": global_id("ExtraHours", hours.id),
    }
