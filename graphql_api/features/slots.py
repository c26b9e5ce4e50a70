"""What is open."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Annotated

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue
from booking.availability.calendar import instant_at
from booking.errors import BookingError
from booking.find_slots import LONGEST_WINDOW, Wish, find_slots, who_is_free
from booking.open_slot import OpenSlot as BookableTime
from graphql_api.context import Context, Info
from graphql_api.extending import Feature
from graphql_api.ids import key_of
from graphql_api.paging import PAGE, After, Connection, First, page
from graphql_api.problems import within
from graphql_api.types.slots import AvailabilityDay, OpenSlot, local


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
        description=f"The last day, included; {LONGEST_WINDOW.days} days at most in all."
    )
    distinct_times: bool = strawberry.field(
        default=False,
        description="One slot for each start time, with whoever has the least to do that day.",
    )


@strawberry.type
class SlotQueries:
    @strawberry.field(description="Open slots, earliest first.")
    async def open_slots(
        self,
        info: Info,
        filter: Annotated[OpenSlotFilter, strawberry.argument(description="Which ones.")],
        first: First = PAGE,
        after: After = None,
    ) -> Connection[OpenSlot] | None:
        return page(
            await _find(filter, info.context),
            key=lambda slot: (slot.starts_at.isoformat(), slot.practitioner, slot.location),
            show=OpenSlot.of,
            first=first,
            after=after,
        )

    @strawberry.field(description="How much is open on each day of the window, days with nothing included.")
    async def availability(
        self,
        info: Info,
        filter: Annotated[OpenSlotFilter, strawberry.argument(description="Which slots.")],
    ) -> list[AvailabilityDay] | None:
        starts: dict[date, list[datetime]] = defaultdict(list)
        for slot in await _find(filter, info.context):
            starts_at = await local(slot.starts_at, slot.location, info.context)
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


async def _find(filter: OpenSlotFilter, context: Context) -> list[BookableTime]:
    with within("filter"):
        async with context.database.read() as session:
            wish = await _wish(session, filter)
            return await find_slots(
                session, wish, filter.from_, filter.to, now=context.now, distinct_times=filter.distinct_times
            )


async def _wish(session: AsyncSession, filter: OpenSlotFilter) -> Wish:
    practitioner = filter.practitioner_id and key_of(filter.practitioner_id, "Practitioner", "practitionerId")
    location = filter.location_id and key_of(filter.location_id, "Location", "locationId")
    return Wish(
        await catalogue.service(session, key_of(filter.service_id, "Service", "serviceId")),
        await catalogue.practitioner(session, practitioner),
        await catalogue.location(session, location),
    )


async def slot_by_key(key: str, context: Context) -> OpenSlot | None:
    service, practitioner, location, tick = [*key.split("/"), "", "", ""][:4]
    try:
        starts_at = instant_at(int(tick))
        async with context.database.read() as session:
            wish = Wish(
                await catalogue.service(session, service),
                await catalogue.practitioner(session, practitioner),
                await catalogue.location(session, location),
            )
            return OpenSlot.of((await who_is_free(session, wish, starts_at, now=context.now))[0])
    except (BookingError, ValueError, OverflowError):
        return None


feature = Feature(name="slots", query=SlotQueries, nodes={"OpenSlot": slot_by_key})
