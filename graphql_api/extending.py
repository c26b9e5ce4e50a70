"""Feature: all that a part of the API may bring. The core's own parts come in by the same door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql_api.context import Context, NodeLookup
from graphql_api.guards.viewer import RequiresScope


@dataclass(frozen=True)
class Feature:
    """`query`, `mutation` and `subscription` are strawberry types, whose fields join the roots.

    `nodes` is by type name; a viewer needs `nodes_need` to see any of them. `is_shared`: what its
    queries answer is the same for all who have no key, and changes only with what the database holds
    and, at the earliest, when a tick ends. Such answers are kept.
    """

    name: str
    query: type | None = None
    mutation: type | None = None
    subscription: type | None = None
    nodes: Mapping[str, NodeLookup] = field(default_factory=dict)
    nodes_need: RequiresScope | None = None
    is_shared: bool = False

    def lookups(self) -> dict[str, NodeLookup]:
        """For viewers: what they may not see is as good as gone."""
        return {kind: partial(self._look_up, lookup) for kind, lookup in self.nodes.items()}

    async def _look_up(self, lookup: NodeLookup, key: str, context: Context) -> Any:
        may = self.nodes_need is None or context.viewer.may(self.nodes_need)
        return await lookup(key, context) if may else None
