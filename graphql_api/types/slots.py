"""What is open: slots, days with something, and holds."""

import datetime as dt
from typing import Self
from zoneinfo import ZoneInfo

import strawberry

from booking.domain.open_slot import OpenSlot as BookableTime
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.appointments import Hold as HoldRow
from booking.timegrid.ticks import tick_at
from graphql_api.resolvers.context import Context, Info
from graphql_api.resolvers.loaders import resolve_loaded
from graphql_api.resolvers.relay import Node, global_id
from graphql_api.types.catalogue import Location, Practitioner, Service


@strawberry.interface(description="What a slot and an appointment have in common: who, what, when and where.")
class AppointmentTime(Node):
    """`at` is any row that has the five; the rest is looked up, batched, when it is asked for."""

    at: strawberry.Private[BookableTime | HoldRow | AppointmentRow]

    @strawberry.field(description="When the visit starts, with the location's offset.")
    def starts_at(self, info: Info) -> dt.datetime:
        return local(self.at.starts_at, self.at.location, info.context)

    @strawberry.field(description="When the visit ends, with the location's offset.")
    def ends_at(self, info: Info) -> dt.datetime:
        return local(self.at.ends_at, self.at.location, info.context)

    @strawberry.field(description="What is done.")
    def service(self, info: Info) -> Service:
        context = info.context
        return resolve_loaded(context.load.services, self.at.service, lambda row: Service.of(row, context))

    @strawberry.field(description="Who does it.")
    def practitioner(self, info: Info) -> Practitioner:
        who, context = self.at.practitioner, info.context
        return resolve_loaded(context.load.practitioners, who, lambda row: Practitioner.of(row, context))

    @strawberry.field(description="Where.")
    def location(self, info: Info) -> Location:
        context = info.context
        return resolve_loaded(context.load.locations, self.at.location, lambda row: Location.of(row, context))


def local(instant: dt.datetime, location: str, context: Context) -> dt.datetime:
    """The instant on the location's wall clock."""
    zone_of = context.load.locations
    return resolve_loaded(zone_of, location, lambda place: instant.astimezone(ZoneInfo(place.time_zone)))


@strawberry.type(
    description="A time that can be booked now (FHIR Slot). Computed: `node` answers null once it is gone."
)
class OpenSlot(AppointmentTime):
    @classmethod
    def of(cls, slot: BookableTime | HoldRow) -> Self:
        parts = (slot.service, slot.practitioner, slot.location, str(tick_at(slot.starts_at)))
        return cls(id=global_id("OpenSlot", "/".join(parts)), at=slot)


@strawberry.type(description="How much is open on a day.")
class AvailabilityDay:
    date: dt.date = strawberry.field(description="The day, on the location's calendar.")
    open_slot_count: int = strawberry.field(description="How many slots are open.")
    first_starts_at: dt.datetime | None = strawberry.field(description="When the first one starts.")


@strawberry.type(description="A short claim on a slot. Nobody else can take it before it expires.")
class Hold(Node):
    slot: OpenSlot = strawberry.field(description="What is held.")
    row: strawberry.Private[HoldRow]

    @strawberry.field(description="Until when the time is kept.")
    def expires_at(self, info: Info) -> dt.datetime:
        return local(self.row.expires_at, self.row.location, info.context)

    @classmethod
    def of(cls, row: HoldRow) -> Self:
        return cls(id=global_id("Hold", row.id), slot=OpenSlot.of(row), row=row)
