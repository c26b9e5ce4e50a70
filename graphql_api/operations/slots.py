"""Open slots: the search, the suggestions for a course, and the availability of days."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from booking.domain.errors import BookingError, InvalidInput, InvalidInputCode
from booking.domain.open_slot import OpenSlot as BookableTime
from booking.scheduling.course_plan import MAX_INTERVAL_DAYS, plan_course
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import MAX_SEARCH_WINDOW, open_slots_at
from booking.scheduling.soonest import soonest_slot, soonest_slots
from booking.storage.cooperative import cooperatively
from booking.storage.queries.catalogue import listed_services
from booking.timegrid.opening_hours import MINUTES_PER_DAY, TimeSpan
from booking.timegrid.ticks import instant_at
from graphql_api.context.context import Context, Info
from graphql_api.context.loaders import MovedAppointment, SlotSearch
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.query_cost import SEARCH_WEIGHT, Cost
from graphql_api.operations.manage_appointments import ManageInput
from graphql_api.operations.mutation import in_argument
from graphql_api.security.viewer import AVAILABILITY, DESK_MANAGE, MANAGE, forbidden
from graphql_api.types.relay import DEFAULT_PAGE_SIZE, After, Connection, First, paginate
from graphql_api.types.scalars import LocalTime, minutes_of
from graphql_api.types.slots import AvailabilityDay, NextOpenSlot, OpenSlot, SlotCriteriaInput

POLL_INTERVAL = timedelta(seconds=2)
"""The delay within which a subscriber sees a booking, an expired hold or the passing of time."""


@strawberry.input(description="The appointment that is to be moved.")
class MovedAppointmentInput(ManageInput):
    with_course: bool = strawberry.field(
        default=False,
        description=(
            "Whether all visits of its course that can still be moved are moved along (`rescheduleCourse`): "
            "their times are open to it too, and so are those of another practitioner."
        ),
    )


@strawberry.input(description="The slots to search for.")
class OpenSlotFilter(SlotCriteriaInput):
    from_: date = strawberry.field(name="from", description="The first day, on the location's calendar.")
    to: date = strawberry.field(
        description=f"The last day, included; at most {MAX_SEARCH_WINDOW.days} days in all."
    )
    starts_from: LocalTime = strawberry.field(
        default=LocalTime("00:00"), description="The earliest time of the day at which a visit starts."
    )
    starts_before: LocalTime = strawberry.field(
        default=LocalTime("24:00"), description="Up to when a visit starts, that time excluded."
    )
    distinct_times: bool = strawberry.field(
        default=False,
        description="One for each start time, of the practitioner with the fewest appointments that day.",
    )
    moving: MovedAppointmentInput | None = strawberry.field(
        default=None,
        description=(
            "An appointment of this service that is to be moved: times that overlap its own are open to it "
            "too. One of a course stays with its practitioner."
        ),
    )

    def hours(self) -> TimeSpan | None:
        """None for the whole day.

        Raises:
            InvalidInput: a time that no clock shows, or no time between the two.
        """
        opens, closes = (
            minutes_of(self.starts_from, "startsFrom"),
            minutes_of(self.starts_before, "startsBefore"),
        )
        if (opens, closes) == (0, MINUTES_PER_DAY):
            return None
        if opens >= closes:
            message = "startsBefore must be later than startsFrom."
            raise InvalidInput(message, path=("startsBefore",), code=InvalidInputCode.OUT_OF_RANGE)
        return TimeSpan(opens, closes)


@strawberry.type
class SlotQueries:
    @strawberry.field(
        description="Open slots, earliest first.", directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)]
    )
    async def open_slots(
        self,
        info: Info,
        filter: Annotated[OpenSlotFilter, argument("The slots to search for.")],
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
            is_counted=False,
        )

    @strawberry.field(
        description=(
            "Three open slots at most, which differ, in order of time: the soonest, the first in the morning "
            "of a later day, and the first from 4 p.m. on; where there is no such time, the first of other "
            "days. The soonest is looked for up to the clinic's horizon, the others in the month after it."
        ),
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def soonest_slots(
        self,
        info: Info,
        service_id: Annotated[strawberry.ID, argument("The service.")],
        practitioner_id: Annotated[
            strawberry.ID | None, argument("The practitioner; any unless given.")
        ] = None,
        location_id: Annotated[strawberry.ID | None, argument("The location; any unless given.")] = None,
    ) -> list[OpenSlot] | None:
        ids = SlotCriteriaInput(
            service_id=service_id, practitioner_id=practitioner_id, location_id=location_id
        )
        async with info.context.database.read() as session:
            criteria = await slot_criteria(session, *ids.slugs())
            slots = await soonest_slots(session, criteria, now=info.context.now)
        await info.context.load.prime_for(slots)
        return [OpenSlot.of(slot) for slot in slots]

    @strawberry.field(
        description=(
            "Suggested times for all visits of a course: the first as given, each later one the open slot "
            "nearest to the rhythm, all with the practitioner who keeps it best. No slot is held by this."
        ),
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def course_slots(
        self,
        info: Info,
        service_id: Annotated[strawberry.ID, argument("The course's service.")],
        starts_at: Annotated[datetime, argument("The start of its first visit.")],
        every_days: Annotated[int, argument(f"The days between two visits: 1 to {MAX_INTERVAL_DAYS}.")] = 7,
        practitioner_id: Annotated[
            strawberry.ID | None, argument("The practitioner; any unless given.")
        ] = None,
        location_id: Annotated[strawberry.ID | None, argument("The location; any unless given.")] = None,
    ) -> list[OpenSlot] | None:
        ids = SlotCriteriaInput(
            service_id=service_id, practitioner_id=practitioner_id, location_id=location_id
        )
        async with info.context.database.read() as session:
            criteria = await slot_criteria(session, *ids.slugs())
            slots = await plan_course(session, criteria, starts_at, every_days, now=info.context.now)
        return [OpenSlot.of(slot) for slot in slots]

    @strawberry.field(
        description="The number of open slots on each day of the window, days without one included.",
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def availability(
        self, info: Info, filter: Annotated[OpenSlotFilter, argument("The slots to count.")]
    ) -> list[AvailabilityDay] | None:
        return await _days(filter, info.context)

    @strawberry.field(
        description=(
            "The soonest time that can be booked, of a service, or of all unless one is named; null if none "
            "is open within a month. Ask with GET: while nothing has changed, the answer is 304."
        ),
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def next_open_slot(
        self,
        info: Info,
        service: Annotated[str | None, argument("Its name in links, like `dry-needling`.")] = None,
        practitioner: Annotated[str | None, argument("Their name in links; any unless given.")] = None,
        location: Annotated[str | None, argument("Its name in links; any unless given.")] = None,
    ) -> NextOpenSlot | None:
        context = info.context
        async with context.database.read() as session:
            services = [service] if service else [row.slug for row in await listed_services(session)]
            choices = [await slot_criteria(session, slug, practitioner, location) for slug in services]
            slot = await soonest_slot(session, choices, now=context.now)
        if slot is None:
            return None
        zone = ZoneInfo((await context.load.locations.load(slot.location)).time_zone)
        return NextOpenSlot.of(slot, zone, context)


@strawberry.type
class SlotSubscriptions:
    @strawberry.subscription(
        description=(
            "The number of open slots on each day of the window: now, and again seconds after each change."
        ),
        directives=[AVAILABILITY, Cost(weight=SEARCH_WEIGHT)],
    )
    async def availability_changed(
        self, info: Info, filter: Annotated[OpenSlotFilter, argument("The slots to count.")]
    ) -> AsyncGenerator[list[AvailabilityDay]]:
        sent = None
        while True:
            days = await _days(filter, await info.context.refreshed())
            if days != sent:
                yield days
                sent = days
            await asyncio.sleep(POLL_INTERVAL.total_seconds())


async def _days(filter: OpenSlotFilter, context: Context) -> list[AvailabilityDay]:
    slots = [slot async for slot in cooperatively(await _find(filter, context))]
    locations = await context.load.locations.load_many({slot.location for slot in slots})
    zones = {location.slug: ZoneInfo(location.time_zone) for location in locations}
    starts: dict[date, list[datetime]] = defaultdict(list)
    async for slot in cooperatively(slots):
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
        moving = None if filter.moving is None else _moved(filter.moving, context)
        search = SlotSearch(
            *filter.slugs(), filter.from_, filter.to, filter.distinct_times, moving, filter.hours()
        )
        return await context.load.slots.load(search)


def _moved(moving: MovedAppointmentInput, context: Context) -> MovedAppointment:
    viewer = context.viewer
    at_desk = moving.manage_token is None and viewer.may(DESK_MANAGE)
    if not at_desk and not viewer.may(MANAGE):
        raise forbidden(MANAGE)
    context.internals.private_inputs.add("moving")
    with in_argument("moving"):
        token, appointment = moving.token(), moving.appointment_key()
    return MovedAppointment(token, appointment, viewer.key, at_desk, moving.with_course)


async def slot_by_key(key: str, context: Context) -> OpenSlot | None:
    service, practitioner, location, tick = [*key.split("/"), "", "", ""][:4]
    try:
        starts_at = instant_at(int(tick))
        async with context.database.read() as session:
            criteria = await slot_criteria(session, service, practitioner, location)
            return OpenSlot.of((await open_slots_at(session, criteria, starts_at, now=context.now))[0])
    except (BookingError, ValueError, OverflowError):
        return None


part = SchemaPart(
    is_cacheable=True,
    query=SlotQueries,
    subscription=SlotSubscriptions,
    nodes={"OpenSlot": slot_by_key},
    node_scope=AVAILABILITY,
)
