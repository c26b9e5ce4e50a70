"""What is open."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from booking.domain.errors import BookingError
from booking.domain.open_slot import OpenSlot as BookableTime
from booking.scheduling.course_plan import MAX_INTERVAL_DAYS, plan_course
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import MAX_SEARCH_WINDOW, open_slots_at
from booking.timegrid.ticks import instant_at
from graphql_api.operations.mutation import in_argument
from graphql_api.resolvers.context import Context, Info
from graphql_api.resolvers.loaders import SlotSearch
from graphql_api.resolvers.relay import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    key_from_id,
    key_from_optional_id,
    paginate,
)
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.query_cost import SEARCH_WEIGHT, Cost
from graphql_api.security.viewer import AVAILABILITY
from graphql_api.types.slots import AvailabilityDay, OpenSlot

POLL_INTERVAL = timedelta(seconds=2)
"""Whatever changed what is open, a booking, a hold that ran out or the hour, is seen within this."""


@strawberry.input(description="Which slots to look for.")
class OpenSlotFilter:
    service_id: strawberry.ID = strawberry.field(description="For what.")
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None, description="With whom; anyone who may deliver it unless given."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where; anywhere unless given."
    )
    from_: date = strawberry.field(name="from", description="The first day, on the location's calendar.")
    to: date = strawberry.field(
        description=f"The last day, included; {MAX_SEARCH_WINDOW.days} days at most in all."
    )
    distinct_times: bool = strawberry.field(
        default=False,
        description="One slot for each start time, with whoever has the least to do that day.",
    )


@strawberry.type
class SlotQueries:
    @strawberry.field(
        description="Open slots, earliest first.", directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)]
    )
    async def open_slots(
        self,
        info: Info,
        filter: Annotated[OpenSlotFilter, strawberry.argument(description="Which ones.")],
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[OpenSlot] | None:
        return paginate(
            await _find(filter, info.context),
            key=lambda slot: (slot.starts_at.isoformat(), slot.practitioner, slot.location),
            show=OpenSlot.of,
            first=first,
            after=after,
            rows_are_cacheable=True,
        )

    @strawberry.field(
        description=(
            "Suggested times for all visits of a course: the first as given, each later one the open slot "
            "nearest to the rhythm, all with the practitioner who keeps it best. Nothing is held yet."
        ),
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def course_slots(
        self,
        info: Info,
        service_id: Annotated[strawberry.ID, strawberry.argument(description="The course.")],
        starts_at: Annotated[datetime, strawberry.argument(description="The start of its first visit.")],
        every_days: Annotated[
            int,
            strawberry.argument(description=f"The days between two visits: 1 to {MAX_INTERVAL_DAYS}."),
        ] = 7,
        practitioner_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="With whom; anyone unless given.")
        ] = None,
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Where; anywhere unless given.")
        ] = None,
    ) -> list[OpenSlot] | None:
        slugs = _slugs(service_id, practitioner_id, location_id)
        async with info.context.database.read() as session:
            wish = await slot_criteria(session, *slugs)
            slots = await plan_course(session, wish, starts_at, every_days, now=info.context.now)
        return [OpenSlot.of(slot) for slot in slots]

    @strawberry.field(
        description="How much is open on each day of the window, days with nothing included.",
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def availability(
        self,
        info: Info,
        filter: Annotated[OpenSlotFilter, strawberry.argument(description="Which slots.")],
    ) -> list[AvailabilityDay] | None:
        return await _days(filter, info.context)


@strawberry.type
class SlotSubscriptions:
    @strawberry.subscription(
        description=(
            "How much is open on each day of the window: now, and again each time that it has changed. "
            "Some seconds may pass until it is told."
        ),
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def availability_changed(
        self,
        info: Info,
        filter: Annotated[OpenSlotFilter, strawberry.argument(description="Which slots.")],
    ) -> AsyncGenerator[list[AvailabilityDay]]:
        told = None
        while True:
            days = await _days(filter, await info.context.refreshed())
            if days != told:
                yield days
                told = days
            await asyncio.sleep(POLL_INTERVAL.total_seconds())


async def _days(filter: OpenSlotFilter, context: Context) -> list[AvailabilityDay]:
    slots = list(await _find(filter, context))
    places = await context.load.locations.load_many({slot.location for slot in slots})
    zones = {place.slug: ZoneInfo(place.time_zone) for place in places}
    starts: dict[date, list[datetime]] = defaultdict(list)
    for slot in slots:
        starts_at = slot.starts_at.astimezone(zones[slot.location])
        starts[starts_at.date()].append(starts_at)
    days = (filter.from_ + timedelta(days=n) for n in range((filter.to - filter.from_).days + 1))
    return [
        AvailabilityDay(
            date=day,
            open_slot_count=len(starts[day]),
            first_starts_at=starts[day][0] if starts[day] else None,
        )
        for day in days
    ]


async def _find(filter: OpenSlotFilter, context: Context) -> Sequence[BookableTime]:
    with in_argument("filter"):
        slugs = _slugs(filter.service_id, filter.practitioner_id, filter.location_id)
        search = SlotSearch(*slugs, filter.from_, filter.to, filter.distinct_times)
        return await context.load.slots.load(search)


def _slugs(
    service: str, practitioner: str | None, location: str | None
) -> tuple[str, str | None, str | None]:
    """From global ids."""
    return (
        key_from_id(service, "Service", "serviceId"),
        key_from_optional_id(practitioner, "Practitioner", "practitionerId"),
        key_from_optional_id(location, "Location", "locationId"),
    )


async def slot_by_key(key: str, context: Context) -> OpenSlot | None:
    service, practitioner, location, tick = [*key.split("/"), "", "", ""][:4]
    try:
        starts_at = instant_at(int(tick))
        async with context.database.read() as session:
            wish = await slot_criteria(session, service, practitioner, location)
            return OpenSlot.of((await open_slots_at(session, wish, starts_at, now=context.now))[0])
    except (BookingError, ValueError, OverflowError):
        return None


part = SchemaPart(
    is_cacheable=True,
    query=SlotQueries,
    subscription=SlotSubscriptions,
    nodes={"OpenSlot": slot_by_key},
    node_scope=AVAILABILITY,
)
