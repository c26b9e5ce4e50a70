"""The viewer: a partner's key, and the appointments that were booked with it."""

from typing import Annotated
from uuid import UUID

import strawberry

from booking.storage.models.api_keys import Scope
from booking.storage.models.appointments import Appointment as Row
from booking.storage.queries.appointments import (
    AppointmentOrder,
    appointments_by_course,
    appointments_by_id,
    count_appointments,
    find_appointments,
)
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.partners.appointment_list import (
    AppointmentFilter,
    appointment_criteria,
    cursor_position,
    position_key,
)
from graphql_api.security.viewer import OWN_BOOKINGS
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.relay import DEFAULT_PAGE_SIZE, After, Connection, First, connection


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
        description="The appointments booked with this key, cancelled ones included.",
        directives=[OWN_BOOKINGS],
    )
    async def appointments(
        self,
        info: Info,
        filter: Annotated[AppointmentFilter | None, argument("Only these; all unless given.")] = None,
        order_by: Annotated[
            AppointmentOrder, argument("What they are sorted by, earliest first.")
        ] = AppointmentOrder.BOOKED_AT,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Appointment] | None:
        database, key = info.context.database, info.context.viewer.key
        assert key is not None
        position = cursor_position(order_by, first, after)
        async with database.read() as session:
            criteria = await appointment_criteria(session, filter or AppointmentFilter(), booked_by=key)
            rows = await find_appointments(session, criteria, order_by, after=position, limit=first + 1)

        async def count() -> int:
            async with database.read() as session:
                return await count_appointments(session, criteria)

        return connection(
            rows,
            key=lambda row: position_key(order_by, row),
            show=Appointment.of,
            first=first,
            is_first=position is None,
            count=count,
        )


async def appointment_by_id(key: str, context: Context) -> Appointment | None:
    async with context.database.read() as session:
        rows = await appointments_by_id(session, _uuids(key))
    return next((Appointment.of(row) for row in rows if _may_read(row, context)), None)


async def course_by_id(key: str, context: Context) -> Course | None:
    async with context.database.read() as session:
        courses = await appointments_by_course(session, _uuids(key))
    return next(
        (Course.of(course) for course, rows in courses.items() if rows and _may_read(rows[0], context)), None
    )


def _may_read(row: Row, context: Context) -> bool:
    viewer = context.viewer
    return viewer.is_at_desk or viewer.owns(row.booked_by, Scope.APPOINTMENT_READ)


def _uuids(text: str) -> list[UUID]:
    """The UUID, or nothing for another text."""
    try:
        return [UUID(text)]
    except ValueError:
        return []


part = SchemaPart(
    query=ViewerQueries,
    nodes={"Appointment": appointment_by_id, "Course": course_by_id},
)
