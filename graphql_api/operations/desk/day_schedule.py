"""The clinic's day, as the front desk sees it."""

from datetime import date
from typing import Annotated

import strawberry

from booking.agenda.day import day_agenda
from booking.agenda.values import Column
from booking.catalogue.lookup import all_practitioners
from booking.domain.errors import BookingError, NotFound
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.desk.blocked_time import extra_hours_between
from booking.timegrid.opening_hours import first_instant
from booking.timegrid.ticks import DAY
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.query_cost import SEARCH_WEIGHT, Cost
from graphql_api.security.viewer import DESK_READ
from graphql_api.types.desk.day_schedule import PractitionerDay
from graphql_api.types.relay import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Key,
    key_from_optional_id,
    paginate,
)


@strawberry.type
class DayScheduleQueries:
    @strawberry.field(
        description="The clinic's day as the front desk sees it, practitioner by practitioner.",
        directives=[DESK_READ, Cost(weight=SEARCH_WEIGHT)],
    )
    async def day_schedule(
        self,
        info: Info,
        date: Annotated[date, argument("The day, on the clinic's calendar.")],
        practitioner_id: Annotated[
            strawberry.ID | None, argument("Only this practitioner's; all unless given.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[PractitionerDay] | None:
        only = key_from_optional_id(practitioner_id, "Practitioner", "practitionerId")
        return await _days(info.context, date, only, first=first, after=after)


async def _days(
    context: Context, day: date, only: str | None, *, first: int, after: str | None
) -> Connection[PractitionerDay]:
    """`only` is the slug of a practitioner; None asks for all."""
    async with context.database.read() as session:
        practitioners = await all_practitioners(session)
        if only is not None and only not in practitioners:
            raise NotFound("There is no such practitioner.", path=("practitionerId",))
        agenda = await day_agenda(session, day, only_practitioner=only, with_details=False, now=context.now)
        page = paginate(
            agenda.columns,
            key=lambda column: _position(practitioners[column.practitioner]),
            show=lambda column: PractitionerDay.of(day, column, rows, extra),
            first=first,
            after=after,
        )
        shown: list[Column] = [edge.row for edge in page.edges]
        ids = [visit.id for column in shown for visit in column.visits]
        rows = await appointments_by_id(session, ids)
        start, end = (first_instant(each, agenda.zone) for each in (day, day + DAY))
        slugs = [column.practitioner for column in shown]
        extra = await extra_hours_between(session, start, end, practitioners=slugs)
    return page


def _position(practitioner: Practitioner) -> Key:
    return (practitioner.position, practitioner.slug)


async def day_by_key(key: str, context: Context) -> PractitionerDay | None:
    slug, _, day = key.rpartition("/")
    try:
        page = await _days(context, date.fromisoformat(day), slug, first=1, after=None)
    except (BookingError, ValueError):
        return None
    return page.edges[0].show(page.edges[0].row) if page.edges else None


part = SchemaPart(query=DayScheduleQueries, nodes={"PractitionerDay": day_by_key}, node_scope=DESK_READ)
