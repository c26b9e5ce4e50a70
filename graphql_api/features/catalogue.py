"""The clinic, its services and its practitioners."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, TypeVar

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage import queries
from graphql_api.context import Context, Info, NodeLookup
from graphql_api.extending import Feature
from graphql_api.guards.viewer import CATALOGUE
from graphql_api.ids import key_of
from graphql_api.paging import PAGE, After, Connection, First
from graphql_api.types.catalogue import Clinic, Location, Practitioner, ScreeningQuestion, Service
from graphql_api.types.node import Node

Row = TypeVar("Row")
BySlug = Callable[[AsyncSession, Collection[str]], Awaitable[dict[str, Row]]]


@strawberry.type
class CatalogueQueries:
    @strawberry.field(description="The clinic that this server is for.", directives=[CATALOGUE])
    def clinic(self, info: Info) -> Clinic | None:
        return Clinic.of(info.context.clinic, info.context)

    @strawberry.field(
        description="What can be booked, in the clinic's order.",
        directives=[CATALOGUE],
    )
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

    @strawberry.field(
        description="One service, by its name in links; null if it can't be booked.", directives=[CATALOGUE]
    )
    async def service(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="Like `dry-needling`.")]
    ) -> Service | None:
        return await service_by_slug(slug, info.context) if slug.isascii() and slug.isprintable() else None

    @strawberry.field(
        description="Who can be booked, in the clinic's order.",
        directives=[CATALOGUE],
    )
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


def by_slug(query: BySlug[Row], show: Callable[[Row, Context], Node]) -> NodeLookup:
    """A look-up of what is listed; what has been withdrawn is as good as gone."""

    async def look_up(slug: str, context: Context) -> Node | None:
        async with context.database.read() as session:
            row = (await query(session, [slug])).get(slug)
        return show(row, context) if row is not None and getattr(row, "listed", True) else None

    return look_up


service_by_slug = by_slug(queries.services_by_slug, Service.of)

feature = Feature(
    name="catalogue",
    query=CatalogueQueries,
    nodes_need=CATALOGUE,
    is_shared=True,
    nodes={
        "Clinic": clinic_by_id,
        "Service": service_by_slug,
        "Practitioner": by_slug(queries.practitioners_by_slug, Practitioner.of),
        "Location": by_slug(queries.locations_by_slug, Location.of),
        "ScreeningQuestion": by_slug(queries.screening_questions_by_slug, ScreeningQuestion.of),
    },
)
