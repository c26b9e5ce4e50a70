"""The waiting list: entries, and the times that were offered to them."""

from datetime import date, datetime
from typing import Self

import strawberry

from booking.storage.models.waiting_list import OfferOutcome, WaitingListStatus
from booking.storage.models.waiting_list import WaitingListOffer as OfferRow
from booking.waiting_list.entry import WaitingState
from booking.waiting_list.wishes import AvailableTime as Available
from graphql_api.context.context import Info
from graphql_api.context.loaders import resolve_loaded
from graphql_api.types.appointments import Appointment
from graphql_api.types.catalogue import Location, Practitioner, Service
from graphql_api.types.relay import global_id
from graphql_api.types.scalars import LocalTime, local_time, minutes_of
from graphql_api.types.slots import local
from graphql_api.types.time_intervals import Weekday

strawberry.enum(
    WaitingListStatus,
    description=(
        "`WAITLIST` as long as the patient waits (FHIR's AppointmentStatus `waitlist`), `BOOKED` once a time "
        "was taken, `CANCELLED` once they left, `ENDED` once its last day is over. More may come."
    ),
)
strawberry.enum(OfferOutcome, name="WaitingListOfferOutcome", description="What became of an offer.")


@strawberry.type(description="When the patient could come, every week (FHIR `availableTime`).")
class AvailableTime:
    weekday: Weekday = strawberry.field(description="The day of the week.")
    begins: LocalTime = strawberry.field(description="From when.")
    ends: LocalTime = strawberry.field(description="Until when; the whole visit is within.")

    @classmethod
    def of(cls, weekday: int, begin: int, until: int) -> Self:
        return cls(weekday=Weekday(weekday), begins=local_time(begin), ends=local_time(until))


@strawberry.input(description="When the patient could come, every week, on the location's clock.")
class AvailableTimeInput:
    weekday: Weekday = strawberry.field(description="The day of the week.")
    begins: LocalTime = strawberry.field(default=LocalTime("00:00"), description="From when.")
    ends: LocalTime = strawberry.field(
        default=LocalTime("24:00"), description="Until when; the whole visit is within."
    )

    def value(self, index: int) -> Available:
        """Raises:
        InvalidInput: a time that no clock shows.
        """
        path = ("availableTimes", str(index))
        return Available(
            self.weekday.value, minutes_of(self.begins, *path, "begins"), minutes_of(self.ends, *path, "ends")
        )


@strawberry.type(description="A time that was held for the patient, and offered.")
class WaitingListOffer:
    id: strawberry.ID = strawberry.field(description="Names it for `acceptWaitingListOffer`.")
    row: strawberry.Private[OfferRow]
    outcome: OfferOutcome | None = strawberry.field(description="What became of it; null while it is open.")

    @strawberry.field(description="When the visit would start, with the location's offset.")
    def starts_at(self, info: Info) -> datetime:
        return local(self.row.starts_at, self.row.location, info.context)

    @strawberry.field(description="When the visit would end, with the location's offset.")
    def ends_at(self, info: Info) -> datetime:
        return local(self.row.ends_at, self.row.location, info.context)

    @strawberry.field(description="Until when the time is held for the patient.")
    def expires_at(self, info: Info) -> datetime:
        return local(self.row.expires_at, self.row.location, info.context)

    @strawberry.field(description="The practitioner.")
    def practitioner(self, info: Info) -> Practitioner:
        context = info.context
        return resolve_loaded(
            context.load.practitioners, self.row.practitioner, lambda row: Practitioner.of(row, context)
        )

    @strawberry.field(description="The location.")
    def location(self, info: Info) -> Location:
        context = info.context
        return resolve_loaded(
            context.load.locations, self.row.location, lambda row: Location.of(row, context)
        )

    @classmethod
    def of(cls, row: OfferRow) -> Self:
        return cls(id=global_id("WaitingListOffer", row.id), row=row, outcome=row.outcome)


@strawberry.type(
    description="A patient waits for a time that opens (FHIR Appointment with the status `waitlist`)."
)
class WaitingListEntry:
    state: strawberry.Private[WaitingState]
    id: strawberry.ID = strawberry.field(description="Names it; its secret opens it.")
    status: WaitingListStatus = strawberry.field(description="Whether the patient waits.")
    first_day: date = strawberry.field(description="The first day on which they could come.")
    last_day: date = strawberry.field(description="The last one; then the entry ends.")
    available_times: list[AvailableTime] = strawberry.field(
        description="When they could come; empty for any time."
    )
    waiting_since: datetime = strawberry.field(description="Since when they wait.")

    @strawberry.field(description="The service.")
    def service(self, info: Info) -> Service:
        context = info.context
        return resolve_loaded(
            context.load.services, self.state.entry.service, lambda row: Service.of(row, context)
        )

    @strawberry.field(description="With whom; empty for anyone who may deliver the service.")
    async def practitioners(self, info: Info) -> list[Practitioner]:
        rows = await info.context.load.practitioners.load_many(self.state.entry.practitioners)
        return [Practitioner.of(row, info.context) for row in rows]

    @strawberry.field(description="Where; null for any location.")
    async def location(self, info: Info) -> Location | None:
        slug = self.state.entry.location
        return Location.of(await info.context.load.locations.load(slug), info.context) if slug else None

    @strawberry.field(description="The later visit, which stands until an earlier time is taken.")
    def replaces(self) -> Appointment | None:
        return Appointment.of(self.state.replaces) if self.state.replaces else None

    @strawberry.field(description="The visit that it led to; null unless it is `BOOKED`.")
    def appointment(self) -> Appointment | None:
        return Appointment.of(self.state.appointment) if self.state.appointment else None

    @strawberry.field(description="The time that is held for the patient now; null if there is none.")
    def open_offer(self, info: Info) -> WaitingListOffer | None:
        offer = self.state.open_offer(info.context.now)
        return WaitingListOffer.of(offer) if offer else None

    @strawberry.field(description="All times that were offered, the newest first.")
    def offers(self) -> list[WaitingListOffer]:
        return [WaitingListOffer.of(offer) for offer in self.state.offers]

    @classmethod
    def of(cls, state: WaitingState) -> Self:
        entry = state.entry
        return cls(
            state=state,
            id=global_id("WaitingListEntry", entry.id),
            status=entry.status,
            first_day=entry.first_day,
            last_day=entry.last_day,
            available_times=[AvailableTime.of(*each) for each in entry.available_times],
            waiting_since=entry.waiting_since,
        )
