"""Cacheability: the endpoint marks a response in the ASGI scope, and the response cache reads the mark."""

from collections.abc import Set
from dataclasses import dataclass

from graphql import OperationType
from starlette.types import Scope

from booking.scheduling.slots import availability_valid_until
from graphql_api.context.context import Context
from graphql_api.limits.document_facts import OperationFacts

CACHEABLE_SECONDS = "book_online.cacheable_seconds"
"""The scope's key for how long the response stays true, unless the database changes before."""


@dataclass(frozen=True)
class Cacheability:
    """`cacheable` root fields answer all callers without a key alike; a field of `uncacheable` does not."""

    cacheable: Set[str]
    uncacheable: Set[str]

    def mark(self, scope: Scope, operation: OperationFacts, context: Context) -> None:
        """Mark the response to a valid operation, whose result has no errors."""
        extent = operation.extent
        if (
            context.viewer.key is None
            and operation.node.operation is OperationType.QUERY
            and extent.field_names <= self.cacheable
            and not extent.all_names & self.uncacheable
            and not context.internals.private_inputs
        ):
            until = availability_valid_until(
                context.clinic.policy, now=context.now, next_hold_expiry=context.internals.next_hold_expiry
            )
            scope[CACHEABLE_SECONDS] = (until - context.now).total_seconds()
