"""Fetching anything again by its id."""

import asyncio
from typing import Annotated

import strawberry

from booking.domain.errors import InvalidInput
from graphql_api.resolvers.context import Info
from graphql_api.resolvers.relay import Node, parse_global_id
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.limits import MAX_IDS


@strawberry.type
class NodeQueries:
    @strawberry.field(description="Any object by its id; null when it is gone, unknown or not yours.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Node | None:
        parts = parse_global_id(id)
        lookup = info.context.internals.node_lookups.get(parts[0]) if parts else None
        return await lookup(parts[1], info.context) if parts and lookup else None

    @strawberry.field(description=f"Up to {MAX_IDS} objects by their ids, in the order asked.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids.")]
    ) -> list[Node | None]:
        if len(ids) > MAX_IDS:
            raise InvalidInput(f"Please ask for {MAX_IDS} objects at most.", path=("ids",))
        asked = (NodeQueries.node(self, info, one) for one in ids)
        # One that fails is an error in its place, as GraphQL has it; the others are there.
        return list(await asyncio.gather(*asked, return_exceptions=True))


part = SchemaPart(query=NodeQueries)
