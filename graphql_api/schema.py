"""The features' parts as one schema; printed, it is `schema.graphql`."""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from booking.errors import BookingError
from graphql_api.extending import Feature
from graphql_api.features import (
    booking,
    catalogue,
    changes,
    holds,
    limits,
    nodes,
    partners,
    screening,
    slots,
    webhooks,
)
from graphql_api.guards.document_limits import DocumentLimits
from graphql_api.guards.limits import CACHED_DOCUMENTS, MOST_TOKENS
from graphql_api.guards.metering import Metering
from graphql_api.guards.rights import enforce
from graphql_api.problems import PROBLEMS, code_of
from graphql_api.scalars import SCALARS

log = logging.getLogger("book_online")

CORE = (
    catalogue.feature,
    slots.feature,
    holds.feature,
    screening.feature,
    booking.feature,
    changes.feature,
    partners.feature,
    webhooks.feature,
    nodes.feature,
    limits.feature,
)


@strawberry.type(description="What can be asked.")
class Query:
    pass


@strawberry.type(description="What can be waited for, over server-sent events.")
class Subscription:
    pass


@strawberry.type(description="What can be done. Each answers with `problems` instead of failing.")
class Mutation:
    pass


ROOTS = {Query: "query", Mutation: "mutation", Subscription: "subscription"}
"""And what a feature calls its part of each."""


class BookingSchema(strawberry.Schema):
    """Roots made of features' fields, per schema: several can live in one process."""

    def __init__(self, features: Sequence[Feature], *, in_order: bool = False) -> None:
        """`in_order` for print only: strawberry loses an enum's members when it sorts."""
        self.features = features
        super().__init__(
            query=Query,
            mutation=Mutation,
            subscription=Subscription,
            types=list(PROBLEMS.values()),
            config=StrawberryConfig(sort_schema=in_order, scalar_map=SCALARS),
            extensions=[
                lambda: AddValidationRules([DocumentLimits]),
                lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
                lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
                lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
                Metering,
            ],
        )

        enforce(self._schema)

    @property
    def shared_fields(self) -> frozenset[str]:
        """Of the query root, by their names in GraphQL: what is the same for everybody who asks."""
        shared = [feature.query for feature in self.features if feature.query and feature.is_shared]
        name_of = self.config.name_converter.get_graphql_name
        return frozenset(name_of(field) for part in shared for field in part.__strawberry_definition__.fields)  # type: ignore[attr-defined]

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        root = ROOTS.get(type_definition.origin)
        if root is None:
            return type_definition.fields
        parts = [part for feature in self.features if (part := getattr(feature, root))]
        return [field for part in parts for field in part.__strawberry_definition__.fields]

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Logs what nobody expected, with the id that the caller is given; see `show_error`."""
        for error in errors:
            if _is_unexpected(error):
                incident = secrets.token_hex(4)
                error.extensions = {"code": "INTERNAL", "incident": incident}
                log.error("incident %s at %s", incident, error.path, exc_info=error.original_error)


def show_error(error: GraphQLError, *, suggests: bool) -> dict[str, Any]:
    """A GraphQL error as the caller may see it: refusals with their code, the unexpected masked.

    Unless `suggests`, it does not say which name was probably meant: that tells of names.
    """
    if _is_unexpected(error):
        error = GraphQLError(
            "Something went wrong on our side. Please try again, or call the clinic.",
            path=error.path,
            extensions=error.extensions,
        )
    elif isinstance(error.original_error, BookingError):
        refusal = error.original_error
        error.extensions = {"code": code_of(refusal), "path": list(refusal.path)}
    shown = dict(error.formatted)
    if not suggests:
        shown["message"] = error.message.partition(" Did you mean ")[0]
    return shown


def _is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(
        error.original_error, (GraphQLError, BookingError)
    )


def core_schema() -> BookingSchema:
    return BookingSchema(CORE)


def printed_schema() -> str:
    """What `schema.graphql` holds: the core alone, in alphabetical order."""
    return BookingSchema(CORE, in_order=True).as_str() + "\n"
