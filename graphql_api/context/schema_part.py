"""SchemaPart: the fields, types and nodes that one module adds to the schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation

from booking.domain.errors import BookingError
from graphql_api.context.context import Context, NodeLookup
from graphql_api.security.viewer import RequiresScope


def argument(description: str) -> StrawberryArgumentAnnotation:
    """For `Annotated`: describes an argument of a field."""
    return strawberry.argument(description=description)


@dataclass(frozen=True, kw_only=True)
class SchemaPart:
    """Strawberry types whose fields are added to the schema.

    Those of `query`, `mutation` and `subscription` are added to the roots, those of `fields` to the types
    named there. `types` are types that only an interface leads to. `problems` are the types that show
    refusals. `nodes` look objects up by type name, for viewers with `node_scope`. `is_cacheable`: the answers
    are the same for all callers without a key, and change only with the database or when a tick ends.
    """

    query: type | None = None
    mutation: type | None = None
    subscription: type | None = None
    fields: Mapping[str, type] = field(default_factory=dict)
    types: Sequence[type] = ()
    problems: Mapping[type[BookingError], type] = field(default_factory=dict)
    nodes: Mapping[str, NodeLookup] = field(default_factory=dict)
    node_scope: RequiresScope | None = None
    is_cacheable: bool = False

    def added_fields(self) -> list[tuple[str, type]]:
        """(name of a type, strawberry type whose fields are added to it)."""
        roots = {"Query": self.query, "Mutation": self.mutation, "Subscription": self.subscription}
        return [(name, part) for name, part in roots.items() if part] + list(self.fields.items())

    def lookups(self) -> dict[str, NodeLookup]:
        """Node look-ups that answer None to viewers without `node_scope`."""
        return {kind: partial(self._look_up, lookup) for kind, lookup in self.nodes.items()}

    async def _look_up(self, lookup: NodeLookup, key: str, context: Context) -> Any:
        is_visible = self.node_scope is None or context.viewer.may(self.node_scope)
        return await lookup(key, context) if is_visible else None
