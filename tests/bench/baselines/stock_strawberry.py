"""The same open slots as in Strawberry's documentation: resolver methods, data loaders, its
own ASGI app, and none of its caches. It searches with the same rulebook in the same database."""

import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import strawberry
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from booking.domain.open_slot import OpenSlot as FoundSlot
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Practitioner as PractitionerRow
from booking.storage.queries.clock import current_time
from booking.timegrid.ticks import tick_at
from graphql_api.types.relay import encode_cursor, global_id, parse_global_id
from tests.support.databases import open_database

T = TypeVar("T", PractitionerRow, Location)
database = open_database(os.environ["DATABASE_URL"])


def _loader(table: type[T]) -> DataLoader[str, T]:
    async def load(keys: list[str]) -> list[T | BaseException]:
        async with database.read() as session:
            rows = {row.slug: row for row in await session.scalars(select(table).where(table.slug.in_(keys)))}
        return [rows[key] for key in keys]

    return DataLoader(load_fn=load)


@dataclass
class Loaders:
    now: datetime
    practitioners: DataLoader[str, PractitionerRow]
    locations: DataLoader[str, Location]


Info = strawberry.Info[Loaders, None]


@strawberry.type
class Practitioner:
    slug: str


@strawberry.type
class OpenSlot:
    slot: strawberry.Private[FoundSlot]

    @strawberry.field
    def id(self) -> strawberry.ID:
        parts = (self.slot.service, self.slot.practitioner, self.slot.location)
        return strawberry.ID(global_id("OpenSlot", "/".join((*parts, str(tick_at(self.slot.starts_at))))))

    @strawberry.field
    async def starts_at(self, info: Info) -> datetime:
        return await _local(self.slot.starts_at, self.slot.location, info)

    @strawberry.field
    async def ends_at(self, info: Info) -> datetime:
        return await _local(self.slot.ends_at, self.slot.location, info)

    @strawberry.field
    async def practitioner(self, info: Info) -> Practitioner:
        row = await info.context.practitioners.load(self.slot.practitioner)
        return Practitioner(slug=row.slug)


async def _local(instant: datetime, location: str, info: Info) -> datetime:
    return instant.astimezone(ZoneInfo((await info.context.locations.load(location)).time_zone))


@strawberry.type
class Edge:
    node: OpenSlot

    @strawberry.field
    def cursor(self) -> str:
        return _cursor_of(self.node.slot)


def _cursor_of(slot: FoundSlot) -> str:
    return encode_cursor((slot.starts_at.isoformat(), slot.practitioner, slot.location))


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Connection:
    edges: list[Edge]
    page_info: PageInfo


@strawberry.input
class OpenSlotFilter:
    service_id: strawberry.ID
    from_: date = strawberry.field(name="from")
    to: date


@strawberry.type
class Query:
    @strawberry.field
    async def open_slots(
        self, info: Info, filter: OpenSlotFilter, first: int = 20, after: str | None = None
    ) -> Connection:
        parts = parse_global_id(filter.service_id)
        assert parts is not None
        async with database.read() as session:
            criteria = await slot_criteria(session, parts[1])
            slots = await find_slots(session, criteria, filter.from_, filter.to, now=info.context.now)
        slots = slots[: first + 1]
        edges = [Edge(node=OpenSlot(slot=slot)) for slot in slots[:first]]
        end = _cursor_of(slots[len(edges) - 1]) if edges else None
        return Connection(edges=edges, page_info=PageInfo(has_next_page=len(slots) > first, end_cursor=end))


class Stock(GraphQL[Any, Any]):
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        async with database.read() as session:
            now = await current_time(session)
        return Loaders(now, _loader(PractitionerRow), _loader(Location))


async def ready(_request: Request) -> Response:
    return Response()


app = Starlette(routes=[Route("/readyz", ready), Route("/graphql", Stock(strawberry.Schema(query=Query)))])
