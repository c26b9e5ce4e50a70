"""The clinic, its services and its practitioners."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar

import strawberry

from booking.catalogue.lookup import (
    all_consent_texts,
    all_locations,
    all_practitioners,
    all_screening_questions,
    all_services,
)
from booking.storage.queries.catalogue import (
    listed_practitioners,
    listed_services,
    practitioners_working_at,
)
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.security.viewer import CATALOGUE
from graphql_api.types.catalogue import (
    Clinic,
    Location,
    Practitioner,
    Service,
)
from graphql_api.types.relay import DEFAULT_PAGE_SIZE, After, Connection, First, Node, key_from_id
from graphql_api.types.service_details import ConsentText, ScreeningQuestion

Row = TypeVar("Row")
Shown = TypeVar("Shown", bound=Node)
ReadAll = Callable[[BookingSession], Awaitable[Mapping[str, Row]]]


@strawberry.type
class CatalogueQueries:
    @strawberry.field(description="The clinic that this server is for.", directives=[CATALOGUE])
    def clinic(self, info: Info) -> Clinic | None:
        return Clinic.of(info.context.clinic, info.context)

    @strawberry.field(
        description="The services that can be booked, in the clinic's order.", directives=[CATALOGUE]
    )
    async def services(
        self,
        info: Info,
        practitioner_id: Annotated[strawberry.ID | None, argument("Only those of this practitioner.")] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Service] | None:
        if practitioner_id is None:
            async with info.context.database.read() as session:
                rows = await listed_services(session)
        else:
            slug = key_from_id(practitioner_id, "Practitioner", "practitionerId")
            rows = await info.context.load.services_by.load(slug)
        return Service.page(rows, info, first, after)

    @strawberry.field(
        description="One service, by its name in links; null if it can't be booked.", directives=[CATALOGUE]
    )
    async def service(
        self, info: Info, slug: Annotated[str, argument("Like `dry-needling`.")]
    ) -> Service | None:
        return await service_by_slug(slug, info.context)

    @strawberry.field(
        description="The practitioners who can be booked, in the clinic's order.", directives=[CATALOGUE]
    )
    async def practitioners(
        self,
        info: Info,
        service_id: Annotated[
            strawberry.ID | None, argument("Only those who may deliver it on some day that can be booked.")
        ] = None,
        location_id: Annotated[
            strawberry.ID | None, argument("Only those who work at this location.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Practitioner] | None:
        context = info.context
        if service_id is None:
            async with context.database.read() as session:
                rows = await listed_practitioners(session)
        else:
            rows = await context.load.practitioners_of.load(key_from_id(service_id, "Service", "serviceId"))
        if location_id is not None:
            async with context.database.read() as session:
                location = key_from_id(location_id, "Location", "locationId")
                at_location = await practitioners_working_at(session, location, now=context.now)
            rows = [row for row in rows if row.slug in at_location]
        return Practitioner.page(rows, info, first, after)

    @strawberry.field(
        description="One practitioner, by the name in links; null if they can't be booked.",
        directives=[CATALOGUE],
    )
    async def practitioner(
        self, info: Info, slug: Annotated[str, argument("Like `sample-practitioner-a`.")]
    ) -> Practitioner | None:
        return await practitioner_by_slug(slug, info.context)

    @strawberry.field(
        description="One location, by its name in links; null if the clinic has none of this name.",
        directives=[CATALOGUE],
    )
    async def location(
        self, info: Info, slug: Annotated[str, argument("Like `main-street`.")]
    ) -> Location | None:
        return await location_by_slug(slug, info.context)


async def clinic_by_id(_key: str, context: Context) -> Clinic:
    return Clinic.of(context.clinic, context)


def by_slug(
    read_all: ReadAll[Row], show: Callable[[Row, Context], Shown]
) -> Callable[[str, Context], Awaitable[Shown | None]]:
    """A look-up of a listed row; a row that is not listed any more counts as missing."""

    async def look_up(slug: str, context: Context) -> Shown | None:
        async with context.database.read() as session:
            row = (await read_all(session)).get(slug)
        return show(row, context) if row is not None and getattr(row, "listed", True) else None

    return look_up


service_by_slug = by_slug(all_services, Service.of)
practitioner_by_slug = by_slug(all_practitioners, Practitioner.of)
location_by_slug = by_slug(all_locations, Location.of)

part = SchemaPart(
    query=CatalogueQueries,
    node_scope=CATALOGUE,
    is_cacheable=True,
    nodes={
        "Clinic": clinic_by_id,
        "Service": service_by_slug,
        "Practitioner": practitioner_by_slug,
        "Location": location_by_slug,
        "ConsentText": by_slug(all_consent_texts, ConsentText.of),
        "ScreeningQuestion": by_slug(all_screening_questions, ScreeningQuestion.of),
    },
)
