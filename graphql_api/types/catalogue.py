"""The catalogue's types: clinic, locations, services, practitioners, screening questions."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self, TypeVar
from zoneinfo import ZoneInfo

import strawberry

from booking.domain.policy import AppointmentMode
from booking.storage.models.catalogue.clinic import Clinic as ClinicRow
from booking.storage.models.catalogue.clinic import Location as LocationRow
from booking.storage.models.catalogue.practitioners import Practitioner as PractitionerRow
from booking.storage.models.catalogue.services import Service as ServiceRow
from booking.storage.queries.catalogue import listed_locations
from booking.storage.queries.outbox import sends_mails
from booking.waiting_list.rules import has_waiting_list
from graphql_api.context.context import Context, Info
from graphql_api.context.loaders import resolve_loaded
from graphql_api.types.images import FREE, Image, PhotoSize
from graphql_api.types.relay import DEFAULT_PAGE_SIZE, After, Connection, First, Node, global_id, paginate
from graphql_api.types.service_details import (
    NO_COST,
    ConsentText,
    Eligibility,
    FrequentQuestion,
    Money,
    OfferRange,
    ScreeningQuestion,
    ServiceOffer,
)
from graphql_api.types.time_intervals import OpeningHours

MINUTE = timedelta(minutes=1)

Row = TypeVar("Row", ServiceRow, PractitionerRow)
T = TypeVar("T")


def _utc_offset(instant: datetime, time_zone: str) -> str:
    return instant.astimezone(ZoneInfo(time_zone)).isoformat()[-len("-05:00") :]


@strawberry.type(description="A location of the clinic (FHIR Location).")
class Location(Node):
    slug: str = strawberry.field(description="Its name in links.")
    name: str = strawberry.field(description="Its name, in the language asked for.")
    address: list[str] = strawberry.field(description="Its address, line by line.")
    directions: str | None = strawberry.field(
        description="How to get there; null if the clinic says nothing."
    )
    parking: str | None = strawberry.field(description="Where to park; null if the clinic says nothing.")
    time_zone: str = strawberry.field(description="Its time zone, an IANA name like `America/Toronto`.")

    @strawberry.field(description="Its offset from UTC now, like `-05:00`.")
    def utc_offset(self, info: Info) -> str:
        return _utc_offset(info.context.now, self.time_zone)

    @strawberry.field(description="Its weekly opening hours. Public holidays and closures are not in them.")
    async def opening_hours(self, info: Info) -> list[OpeningHours]:
        return [OpeningHours.of(row) for row in await info.context.load.hours.load(self.slug)]

    @classmethod
    def of(cls, row: LocationRow, context: Context) -> Self:
        return cls(
            id=global_id("Location", row.slug),
            slug=row.slug,
            name=context.translate(row.name),
            address=list(row.address),
            directions=context.translate_optional(row.directions),
            parking=context.translate_optional(row.parking),
            time_zone=row.time_zone,
        )


@strawberry.type(description="The clinic's rules about time. Show them to the patient before the booking.")
class BookingPolicy:
    slot_step_minutes: int = strawberry.field(description="Visits start at multiples of this, from midnight.")
    minimum_notice_minutes: int = strawberry.field(description="How long before a visit it must be booked.")
    horizon_days: int = strawberry.field(description="The number of days ahead that can be booked.")
    hold_minutes: int = strawberry.field(description="How long a hold lasts.")
    cancellation_notice_minutes: int = strawberry.field(
        description="How long before a visit it can still be moved or cancelled online."
    )
    grace_minutes: int = strawberry.field(
        description=(
            "How long a visit that was booked inside that notice can still be cancelled, and a cancellation "
            "undone."
        )
    )

    @classmethod
    def of(cls, clinic: ClinicRow) -> Self:
        return cls(
            slot_step_minutes=clinic.slot_step // MINUTE,
            minimum_notice_minutes=clinic.minimum_notice // MINUTE,
            horizon_days=clinic.horizon.days,
            hold_minutes=clinic.hold_length // MINUTE,
            cancellation_notice_minutes=clinic.cancellation_notice // MINUTE,
            grace_minutes=clinic.grace // MINUTE,
        )


@strawberry.type(description="The clinic's rules for its waiting list. Show them before a patient joins.")
class WaitingListPolicy:
    offer_minutes: int = strawberry.field(
        description="How long a time is held for whom it is offered to; less where the visit is near."
    )
    offers_per_week: int = strawberry.field(
        description="How many times one person is offered within 7 days at most."
    )

    @classmethod
    def of(cls, clinic: ClinicRow) -> Self | None:
        """None where the clinic has no waiting list."""
        offer, per_week = clinic.waiting_list_offer, clinic.waiting_list_offers_a_week
        return cls(offer_minutes=offer // MINUTE, offers_per_week=per_week) if offer is not None else None


@strawberry.type(description="The clinic that this server is for (FHIR Organization).")
class Clinic(Node):
    name: str = strawberry.field(description="Its name, in the language asked for.")
    phone: str = strawberry.field(description="Its phone number in E.164, for links: `+14165451881`.")
    phone_shown: str = strawberry.field(description="Its phone number as the clinic writes it.")
    email: str | None = strawberry.field(description="Its e-mail address.")
    website: str | None = strawberry.field(description="Its own web page.")
    time_zone: str = strawberry.field(description="Its time zone, an IANA name.")
    languages: list[str] = strawberry.field(description="Languages of its texts (BCP 47), its own first.")
    booking_policy: BookingPolicy = strawberry.field(description="Its rules about time.")

    @strawberry.field(description="Its offset from UTC now, like `-05:00`.")
    def utc_offset(self, info: Info) -> str:
        return _utc_offset(info.context.now, self.time_zone)

    @strawberry.field(description="Its waiting list, for `joinWaitingList`; null where it has none.")
    async def waiting_list(self, info: Info) -> WaitingListPolicy | None:
        async with info.context.database.read() as session:
            return WaitingListPolicy.of(info.context.clinic) if await has_waiting_list(session) else None

    @strawberry.field(description="Whether its server mails confirmations to patients.")
    async def sends_mails(self, info: Info) -> bool:
        async with info.context.database.read() as session:
            return await sends_mails(session)

    @strawberry.field(description="Its locations, in its own order.")
    async def locations(self, info: Info) -> list[Location]:
        async with info.context.database.read() as session:
            rows = await listed_locations(session)
        return [Location.of(row, info.context) for row in rows]

    @strawberry.field(
        description="The text that a patient must agree to before a booking; null where none is asked for."
    )
    async def consent_text(self, info: Info) -> ConsentText | None:
        return await ConsentText.asked_for(info.context)

    @classmethod
    def of(cls, row: ClinicRow, context: Context) -> Self:
        return cls(
            id=global_id("Clinic", row.id),
            name=context.translate(row.name),
            phone=row.phone,
            phone_shown=row.phone_shown,
            email=row.email,
            website=row.website,
            time_zone=row.time_zone,
            languages=list(row.languages),
            booking_policy=BookingPolicy.of(row),
        )


def _page(
    rows: Sequence[Row], show: Callable[[Row, Context], T], info: Info, first: int, after: str | None
) -> Connection[T]:
    return paginate(
        rows,
        key=lambda row: (row.position, row.slug),
        show=lambda row: show(row, info.context),
        first=first,
        after=after,
    )


@strawberry.type(description="A service that can be booked (FHIR HealthcareService).")
class Service(Node):
    slug: str = strawberry.field(description="Its name in links: `dry-needling`.")
    name: str = strawberry.field(description="Its name, in the language asked for.")
    description: str | None = strawberry.field(description="What it is, in a sentence or two.")
    preparation: str | None = strawberry.field(description="How to prepare for the visit.")
    faq: list[FrequentQuestion] = strawberry.field(description="Frequent questions about it.")
    duration_minutes: int = strawberry.field(
        description="The length of one visit. Some practitioners may take another: see `differingOffers`."
    )
    category: str | None = strawberry.field(description="The heading below which it stands, if any.")
    mode: AppointmentMode = strawberry.field(description="How its visits happen.")
    eligibility: Eligibility | None = strawberry.field(description="For whom it is.", directives=[NO_COST])
    price_note: str | None = strawberry.field(description="Said behind each price, like `plus HST`.")
    visits: int = strawberry.field(description="The number of visits; several are a course, booked as one.")
    price: Money | None = strawberry.field(
        description="The price of all visits together. Some may have another: see `differingOffers`."
    )

    @strawberry.field(description="Questions to answer before it is booked, in order.")
    async def screening_questions(self, info: Info) -> list[ScreeningQuestion]:
        rows = await info.context.load.screening.load(self.slug)
        return [ScreeningQuestion.of(row, info.context) for row in rows]

    @strawberry.field(description="Those whose time or price is another than the service's own, in order.")
    async def differing_offers(self, info: Info) -> list[ServiceOffer]:
        offers = await info.context.load.offers_of.load(self.slug)
        own = [offer for offer in offers if offer.differs]
        return [ServiceOffer.of(offer, Practitioner.of(offer.practitioner, info.context)) for offer in own]

    @strawberry.field(
        description="What its offers range from and to. Show it until somebody is chosen.",
        directives=[NO_COST],
    )
    async def offer_range(self, info: Info) -> OfferRange:
        own = self.duration_minutes, self.price
        return OfferRange.of(await info.context.load.offers_of.load(self.slug), own)

    @strawberry.field(description="The practitioners who may deliver it on some day that can be booked.")
    async def practitioners(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Annotated["Practitioner", strawberry.lazy("graphql_api.types.catalogue")]]:
        return Practitioner.page(await info.context.load.practitioners_of.load(self.slug), info, first, after)

    @classmethod
    def page(cls, rows: Sequence[ServiceRow], info: Info, first: int, after: str | None) -> Connection[Self]:
        """A page of rows that come in the clinic's order."""
        return _page(rows, cls.of, info, first, after)

    @classmethod
    def of(cls, row: ServiceRow, context: Context) -> Self:
        return cls(
            id=global_id("Service", row.slug),
            slug=row.slug,
            name=context.translate(row.name),
            description=context.translate_optional(row.description),
            preparation=context.translate_optional(row.preparation),
            faq=[FrequentQuestion.of(entry, context) for entry in row.faq or []],
            duration_minutes=row.duration // MINUTE,
            category=context.translate_optional(row.category),
            mode=row.mode,
            eligibility=Eligibility.of(row, context),
            price_note=context.translate_optional(row.price_note),
            visits=row.visits,
            price=Money.of(row.price, row.currency),
        )


@strawberry.type(description="A practitioner of the clinic (FHIR Practitioner).")
class Practitioner(Node):
    slug: str = strawberry.field(description="Their name in links.")
    name: str = strawberry.field(description="Their name.")
    title: str | None = strawberry.field(description="Their profession.")
    languages: list[str] = strawberry.field(description="Languages that they speak (BCP 47).")
    about: str | None = strawberry.field(description="A sentence or two about them, for patients.")

    @strawberry.field(description="Their photo, square; null where there is none.", directives=[FREE])
    def photo(self, info: Info, size: PhotoSize = 192) -> Image | None:
        slug, context = self.slug, info.context
        return resolve_loaded(
            context.load.photos, slug, lambda version: Image.of_photo(slug, version, size, context)
        )

    @strawberry.field(description="The services that they may deliver on some day that can be booked.")
    async def services(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Service]:
        return Service.page(await info.context.load.services_by.load(self.slug), info, first, after)

    @classmethod
    def page(
        cls, rows: Sequence[PractitionerRow], info: Info, first: int, after: str | None
    ) -> Connection[Self]:
        """A page of rows that come in the clinic's order."""
        return _page(rows, cls.of, info, first, after)

    @classmethod
    def of(cls, row: PractitionerRow, context: Context) -> Self:
        return cls(
            id=global_id("Practitioner", row.slug),
            slug=row.slug,
            name=row.name,
            title=context.translate_optional(row.title),
            languages=list(row.languages),
            about=context.translate_optional(row.about),
        )
