"""Blocking a practitioner's time and adding extra hours, as staff do; no visit is ever dropped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from booking.appointments.blocked_time.block import block_time, remove_block
from booking.appointments.blocked_time.coming import standing_block
from booking.appointments.blocked_time.offer import offer_times
from booking.domain.errors import AppointmentsInside, BookingError
from booking.scheduling.blocked_time import BlockRequest, Weekly
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.desk.blocked_time import BlockedTime as BlockedTimeRow
from booking.storage.models.desk.blocked_time import BlockKind
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.desk.appointments import desk_actor
from graphql_api.operations.mutation import run_mutation
from graphql_api.security.viewer import DESK_MANAGE, DESK_READ
from graphql_api.types.appointments import Appointment
from graphql_api.types.desk.blocked_time import BlockedTime
from graphql_api.types.payload import Payload
from graphql_api.types.relay import key_from_id, key_from_optional_id, uuid_from_id
from graphql_api.types.time_intervals import Weekday

OVER_APPOINTMENTS = (
    "Whether to go on where visits are booked inside. They stay booked and are marked as impossible. "
    "Otherwise they are named by `AppointmentsInside`."
)


@strawberry.input(description="The days on which a block recurs, at the same time on the clock.")
class WeeklyInput:
    weekdays: list[Weekday] = strawberry.field(description="The days of the week.")
    last_day: date = strawberry.field(description="The last day, included; a year at most.")


@strawberry.input(description="The time to block.")
class BlockTimeInput:
    practitioner_id: strawberry.ID = strawberry.field(description="The practitioner.")
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="The location where it counts; everywhere unless given."
    )
    starts_at: datetime = strawberry.field(description="When it starts, in steps of five minutes.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="When it ends; until further notice, for a year, unless given."
    )
    weekly: WeeklyInput | None = strawberry.field(
        default=None, description="Whether it recurs; the times are then those of the first day."
    )
    kind: BlockKind = strawberry.field(default=BlockKind.OTHER, description="Why.")
    label: str = strawberry.field(
        default="", description="Up to 60 characters for the team: nothing about anybody's health."
    )
    over_appointments: bool = strawberry.field(default=False, description=OVER_APPOINTMENTS)
    offer_times: bool = strawberry.field(
        default=False,
        description="Whether to send each patient inside a mail with up to three other times.",
    )

    def request(self) -> BlockRequest:
        weekly = self.weekly
        return BlockRequest(
            key_from_id(self.practitioner_id, "Practitioner", "practitionerId"),
            self.starts_at,
            self.ends_at,
            self.kind,
            self.label,
            key_from_optional_id(self.location_id, "Location", "locationId"),
            Weekly(frozenset(day.value for day in weekly.weekdays), weekly.last_day) if weekly else None,
        )


@strawberry.type(description="The blocked time, or why it was not blocked.")
class BlockTimePayload(Payload):
    blocked_times: list[BlockedTime] = strawberry.field(
        default_factory=list,
        description="The blocked time, a day each of a weekly one; empty when it was refused.",
    )
    to_call: list[Appointment] = strawberry.field(
        default_factory=list, description="Visits inside whose patients get no mail with other times."
    )


@strawberry.input(description="The blocked time to remove.")
class RemoveBlockedTimeInput:
    blocked_time_id: strawberry.ID = strawberry.field(description="The blocked time.")
    whole_series: bool = strawberry.field(
        default=False, description="Whether to remove all days of its weekly series that are not over."
    )


@strawberry.type(description="What was removed, or why nothing was.")
class RemoveBlockedTimePayload(Payload):
    removed_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The ids of the removed blocked time."
    )


@contextmanager
def _in_weekly() -> Iterator[None]:
    """Let refusals of the series name their input where it is."""
    try:
        yield
    except BookingError as refusal:
        if refusal.path[:1] in (("weekdays",), ("lastDay",)):
            raise refusal.with_changes(path=("weekly", *refusal.path)) from refusal
        raise


@strawberry.type
class BlockedTimeMutations:
    @strawberry.mutation(
        description="Block a practitioner's time: no visit can be booked or moved into it any more.",
        directives=[DESK_MANAGE],
    )
    async def block_time(
        self, info: Info, input: Annotated[BlockTimeInput, argument("The time to block.")]
    ) -> BlockTimePayload | None:
        context = info.context
        actor, now = desk_actor(context), context.now

        async def work(
            session: BookingSession,
        ) -> tuple[Sequence[BlockedTimeRow], Sequence[AppointmentRow]]:
            with _in_weekly():
                outcome = await block_time(
                    session, input.request(), actor=actor, now=now, over_visits=input.over_appointments
                )
            if not outcome.blocks:
                raise AppointmentsInside(appointments=outcome.visits)
            to_call = outcome.visits
            if input.offer_times:
                to_call = (await offer_times(session, outcome.visits, actor=actor, now=now)).to_call
            return outcome.blocks, await appointments_by_id(session, to_call)

        done, problems = await run_mutation(context, work)
        blocks, to_call = done or ([], [])
        return BlockTimePayload(
            blocked_times=[BlockedTime.of(row, context) for row in blocks],
            to_call=[Appointment.of(row) for row in to_call],
            problems=problems,
        )

    @strawberry.mutation(
        description="Remove blocked time. Visits that it made impossible can take place again.",
        directives=[DESK_MANAGE],
    )
    async def remove_blocked_time(
        self, info: Info, input: Annotated[RemoveBlockedTimeInput, argument("The blocked time.")]
    ) -> RemoveBlockedTimePayload | None:
        context = info.context

        async def work(session: BookingSession) -> Sequence[BlockedTimeRow]:
            return await remove_block(
                session,
                uuid_from_id(input.blocked_time_id, "BlockedTime", "blockedTimeId"),
                whole_series=input.whole_series,
                actor=desk_actor(context),
                now=context.now,
            )

        rows, problems = await run_mutation(context, work)
        removed = [BlockedTime.of(row, context).id for row in rows or ()]
        return RemoveBlockedTimePayload(removed_ids=removed, problems=problems)


async def blocked_time_by_key(key: str, context: Context) -> BlockedTime | None:
    try:
        async with context.database.read() as session:
            return BlockedTime.of(await standing_block(session, UUID(key)), context)
    except (BookingError, ValueError):
        return None


part = SchemaPart(
    mutation=BlockedTimeMutations,
    nodes={"BlockedTime": blocked_time_by_key},
    node_scope=DESK_READ,
)
