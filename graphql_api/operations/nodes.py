"""Relay's `node` and `nodes`: any object by its global id."""

import asyncio
from typing import Annotated

import strawberry

from booking.domain.errors import InvalidInput, InvalidInputCode
from graphql_api.context.context import Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.limits import MAX_IDS
from graphql_api.types.relay import Node, parse_global_id


@strawberry.type
class NodeQueries:
    @strawberry.field(description="Any object by its id; null when it does not exist or is not yours.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, argument("Its id.")]) -> Node | None:
        parts = parse_global_id(id)
        lookup = info.context.internals.node_lookups.get(parts[0]) if parts else None
        return await lookup(parts[1], info.context) if parts and lookup else None

    @strawberry.field(description=f"Up to {MAX_IDS} objects by their ids, in the same order.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], argument("Their ids.")]
    ) -> list[Node | None]:
        if len(ids) > MAX_IDS:
            raise InvalidInput(
                f"Please ask for {MAX_IDS} objects at most.", path=("ids",), code=InvalidInputCode.TOO_LONG
            )
        # A look-up that fails becomes an error in its place; the others are answered.
        lookups = (NodeQueries.node(self, info, node_id) for node_id in ids)
        return list(await asyncio.gather(*lookups, return_exceptions=True))


part = SchemaPart(query=NodeQueries)
