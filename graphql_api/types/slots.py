"""Slots: open slots, the availability of a day, holds, and the criteria of a search."""

import datetime as dt
from typing import Self
from zoneinfo import ZoneInfo

import strawberry

from booking.domain.open_slot import OpenSlot as BookableTime
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.holds import Hold as HoldRow
from booking.timegrid.opening_hours import first_instant
from booking.timegrid.ticks import DAY, tick_at
from graphql_api.context.context import Context, Info
from graphql_api.context.loaders import resolve_loaded
from graphql_api.types.catalogue import Location, Practitioner, Service
from graphql_api.types.relay import Node, global_id, key_from_id, key_from_optional_id


@strawberry.input
class SlotCriteriaInput:
    service_id: strawberry.ID = strawberry.field(description="The service.")
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None, description="The practitioner; unless given, each who may deliver the service."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="The location; any unless given."
    )

    def slugs(self) -> tuple[str, str | None, str | None]:
        """The slugs of service, practitioner and location.

        Raises:
            InvalidInput: an id of another type.
        """
        return (
            key_from_id(self.service_id, "Service", "serviceId"),
            key_from_optional_id(self.practitioner_id, "Practitioner", "practitionerId"),
            key_from_optional_id(self.location_id, "Location", "locationId"),
        )


@strawberry.interface(
    description="What a slot and an appointment share: service, practitioner, location, start and end."
)
class AppointmentTime(Node):
    at: strawberry.Private[BookableTime | HoldRow | AppointmentRow]

    @strawberry.field(description="When the visit starts, with the location's offset.")
    def starts_at(self, info: Info) -> dt.datetime:
        return local(self.at.starts_at, self.at.location, info.context)

    @strawberry.field(description="When the visit ends, with the location's offset.")
    def ends_at(self, info: Info) -> dt.datetime:
        return local(self.at.ends_at, self.at.location, info.context)

    @strawberry.field(description="The service.")
    def service(self, info: Info) -> Service:
        context = info.context
        return resolve_loaded(context.load.services, self.at.service, lambda row: Service.of(row, context))

    @strawberry.field(description="The practitioner.")
    def practitioner(self, info: Info) -> Practitioner:
        slug, context = self.at.practitioner, info.context
        return resolve_loaded(context.load.practitioners, slug, lambda row: Practitioner.of(row, context))

    @strawberry.field(description="The location.")
    def location(self, info: Info) -> Location:
        context = info.context
        return resolve_loaded(context.load.locations, self.at.location, lambda row: Location.of(row, context))


def local(instant: dt.datetime, location: str, context: Context) -> dt.datetime:
    """The instant on the location's wall clock."""
    return resolve_loaded(
        context.load.locations, location, lambda row: instant.astimezone(ZoneInfo(row.time_zone))
    )


@strawberry.type(
    description="A time that can be booked now (FHIR Slot). `node` answers null as soon as it is taken."
)
class OpenSlot(AppointmentTime):
    @classmethod
    def of(cls, slot: BookableTime | HoldRow) -> Self:
        parts = (slot.service, slot.practitioner, slot.location, str(tick_at(slot.starts_at)))
        return cls(id=global_id("OpenSlot", "/".join(parts)), at=slot)


@strawberry.type(description="The soonest time that can be booked, in words for a button.")
class NextOpenSlot:
    slot: OpenSlot = strawberry.field(description="The slot.")
    text: str = strawberry.field(
        description=(
            "Its start on the location's clock: `today 1:00 p.m.`; the day, if that is a week ahead. In the "
            "reader's language, also where the clinic's own texts are in others."
        )
    )
    text_elsewhere: str = strawberry.field(
        description="The same for a reader on another clock: `Fri 1:00 p.m. EST`."
    )
    true_until: dt.datetime = strawberry.field(
        description="Until when it can be booked and the texts are true, unless somebody takes it before."
    )

    @classmethod
    def of(cls, slot: BookableTime, zone: ZoneInfo, context: Context) -> Self:
        texts, starts_at = context.internals.own_words, slot.starts_at.astimezone(zone)
        today = context.now.astimezone(zone).date()
        too_soon = slot.starts_at - context.clinic.policy.minimum_notice
        return cls(
            slot=OpenSlot.of(slot),
            text=texts.soon(starts_at, today=today),
            text_elsewhere=texts.soon(starts_at, today=today, zoned=True),
            true_until=min(too_soon, first_instant(today + DAY, zone)).astimezone(zone),
        )


@strawberry.type(description="The open slots of a day, counted.")
class AvailabilityDay:
    date: dt.date = strawberry.field(description="The day, on the location's calendar.")
    open_slot_count: int = strawberry.field(description="The number of open slots.")
    first_starts_at: dt.datetime | None = strawberry.field(description="When the first one starts.")


@strawberry.type(description="A slot that only you can book, until the hold expires.")
class Hold(Node):
    slot: OpenSlot = strawberry.field(description="The held slot.")
    row: strawberry.Private[HoldRow]

    @strawberry.field(description="When the hold expires.")
    def expires_at(self, info: Info) -> dt.datetime:
        return local(self.row.expires_at, self.row.location, info.context)

    @strawberry.field(
        description=(
            "For how many seconds from this answer on the slot is yours. "
            "Count from there: a clock of yours that is wrong does no harm."
        )
    )
    def expires_in_seconds(self, info: Info) -> int:
        return max(0, int((self.row.expires_at - info.context.now).total_seconds()))

    @strawberry.field(
        description=(
            "Until when the visit could be moved or cancelled online; null if that would be over already. "
            "Say so before the booking: then it can be cancelled for `BookingPolicy.graceMinutes` after it."
        )
    )
    def change_deadline(self, info: Info) -> dt.datetime | None:
        deadline = info.context.clinic.policy.change_deadline(self.row.starts_at)
        return None if deadline < info.context.now else local(deadline, self.row.location, info.context)

    @classmethod
    def of(cls, row: HoldRow) -> Self:
        return cls(id=global_id("Hold", row.id), slot=OpenSlot.of(row), row=row)
