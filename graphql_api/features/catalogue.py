"""The clinic, its services and its practitioners."""

from typing import Annotated

import strawberry

from booking.storage import queries
from graphql_api.context import Context, Info
from graphql_api.extending import Feature
from graphql_api.ids import key_of
from graphql_api.paging import PAGE, After, Connection, First
from graphql_api.types.catalogue import Clinic, Location, Practitioner, ScreeningQuestion, Service


@strawberry.type
class CatalogueQueries:
    @strawberry.field(description="The clinic that this server is for.")
    def clinic(self, info: Info) -> Clinic | None:
        return Clinic.of(info.context.clinic, info.context)

    @strawberry.field(description="What can be booked, in the clinic's order.")
    async def services(
        self,
        info: Info,
        practitioner_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what this person may deliver.")
        ] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Service] | None:
        if practitioner_id is None:
            async with info.context.database.read() as session:
                rows = await queries.listed_services(session)
        else:
            slug = key_of(practitioner_id, "Practitioner", "practitionerId")
            rows = await info.context.load.services_by.load(slug)
        return Service.page(rows, info, first, after)

    @strawberry.field(description="One service, by its name in links; null if it can't be booked.")
    async def service(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="Like `dry-needling`.")]
    ) -> Service | None:
        return await service_by_slug(slug, info.context) if slug.isascii() and slug.isprintable() else None

    @strawberry.field(description="Who can be booked, in the clinic's order.")
    async def practitioners(
        self,
        info: Info,
        service_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only who may deliver this on some day that can be booked."),
        ] = None,
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only who works at this place.")
        ] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Practitioner] | None:
        context = info.context
        if service_id is None:
            async with context.database.read() as session:
                rows = await queries.listed_practitioners(session)
        else:
            rows = await context.load.practitioners_of.load(key_of(service_id, "Service", "serviceId"))
        if location_id is not None:
            async with context.database.read() as session:
                location = key_of(location_id, "Location", "locationId")
                here = await queries.practitioners_working_at(session, location)
            rows = [row for row in rows if row.slug in here]
        return Practitioner.page(rows, info, first, after)


async def clinic_by_id(_key: str, context: Context) -> Clinic:
    return Clinic.of(context.clinic, context)


async def service_by_slug(slug: str, context: Context) -> Service | None:
    async with context.database.read() as session:
        row = (await queries.services_by_slug(session, [slug])).get(slug)
    return Service.of(row, context) if row and row.listed else None


async def practitioner_by_slug(slug: str, context: Context) -> Practitioner | None:
    async with context.database.read() as session:
        row = (await queries.practitioners_by_slug(session, [slug])).get(slug)
    return Practitioner.of(row, context) if row and row.listed else None


async def location_by_slug(slug: str, context: Context) -> Location | None:
    async with context.database.read() as session:
        row = (await queries.locations_by_slug(session, [slug])).get(slug)
    return Location.of(row, context) if row and row.listed else None


async def question_by_slug(slug: str, context: Context) -> ScreeningQuestion | None:
    async with context.database.read() as session:
        row = (await queries.screening_questions_by_slug(session, [slug])).get(slug)
    return ScreeningQuestion.of(row, context) if row else None


feature = Feature(
    name="catalogue",
    query=CatalogueQueries,
    nodes={
        "Clinic": clinic_by_id,
        "Service": service_by_slug,
        "Practitioner": practitioner_by_slug,
        "Location": location_by_slug,
        "ScreeningQuestion": question_by_slug,
    },
)
