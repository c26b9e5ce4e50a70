"""The viewer: a partner's key, and the appointments that were booked with it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import strawberry

from booking.storage.models.api_keys import Scope
from booking.storage.models.appointments import Appointment as Row
from booking.storage.queries.appointments import (
    appointments_booked_by_key,
    appointments_by_course,
    appointments_by_id,
)
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart
from graphql_api.security.viewer import OWN_BOOKINGS
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.relay import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Key,
    connection,
    cursor_key,
    invalid_cursor,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@strawberry.type(description="The caller: anonymous, or a partner with a key.")
class Viewer:
    name: str | None = strawberry.field(description="The name of the key; null without one.")
    scopes: list[Scope] = strawberry.field(description="The scopes of the key.")


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="The caller; a way to try a key.")
    def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        return Viewer(name=viewer.name, scopes=[scope for scope in Scope if scope in viewer.scopes])

    @strawberry.field(
        description="The appointments booked with this key, in order of booking, cancelled ones included.",
        directives=[OWN_BOOKINGS],
    )
    async def appointments(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Appointment] | None:
        key = info.context.viewer.key
        assert key is not None
        seen = cursor_key(first, after, like=(0, ""))
        position = _parse_key(seen) if seen else None
        async with info.context.database.read() as session:
            rows = await appointments_booked_by_key(session, key, after=position, limit=first + 1)
        return connection(rows, key=_key, show=Appointment.of, first=first, is_first=position is None)


def _key(row: Row) -> Key:
    return ((row.created_at - EPOCH) // MICROSECOND, str(row.id))


def _parse_key(key: Key) -> tuple[datetime, UUID]:
    created_at, uuid = key
    try:
        return EPOCH + int(created_at) * MICROSECOND, UUID(str(uuid))
    except (ValueError, OverflowError) as reason:
        raise invalid_cursor() from reason


async def appointment_by_id(key: str, context: Context) -> Appointment | None:
    async with context.database.read() as session:
        rows = await appointments_by_id(session, _uuids(key))
    return next((Appointment.of(row) for row in rows if _is_own(row, context)), None)


async def course_by_id(key: str, context: Context) -> Course | None:
    async with context.database.read() as session:
        courses = await appointments_by_course(session, _uuids(key))
    return next(
        (Course.of(course) for course, rows in courses.items() if rows and _is_own(rows[0], context)), None
    )


def _is_own(row: Row, context: Context) -> bool:
    return context.viewer.owns(row.booked_by, Scope.APPOINTMENT_READ)


def _uuids(text: str) -> list[UUID]:
    """The UUID, or nothing for another text."""
    try:
        return [UUID(text)]
    except ValueError:
        return []


part = SchemaPart(
    query=ViewerQueries,
    nodes={"Appointment": appointment_by_id, "Course": course_by_id},
    node_scope=OWN_BOOKINGS,
)
