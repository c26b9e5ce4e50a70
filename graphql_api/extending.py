"""Feature: all that a part of the API may bring. The core's own parts come in by the same door."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql_api.context import NodeLookup


@dataclass(frozen=True)
class Feature:
    """`query`, `mutation` and `subscription` are strawberry types, whose fields join the roots.

    `nodes` is by type name.
    """

    name: str
    query: type | None = None
    mutation: type | None = None
    subscription: type | None = None
    nodes: Mapping[str, NodeLookup] = field(default_factory=dict)
