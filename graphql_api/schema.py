"""The features' parts as one schema; printed, it is `schema.graphql`."""

import logging
import secrets
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from booking.errors import BookingError, CheckFailed
from booking.strangers import words_of
from graphql_api import problems
from graphql_api.contained import FailedIn, contain, contained_lookup, feature_at
from graphql_api.extending import Enabled, FeatureMistake
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
from graphql_api.guards.rights import NoPolicy, enforce
from graphql_api.joining import (
    check_features,
    check_schema,
    coordinates,
    fields_of,
    foreign_types,
    mistake,
    name_of,
    owner_of,
)
from graphql_api.plain import PlainFirst
from graphql_api.problems import code_of
from graphql_api.scalars import SCALARS

log = logging.getLogger("book_online")

FEATURE_FAILED = "FEATURE_FAILED"

CORE = (
    problems.feature,
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


class BookingSchema(strawberry.Schema):
    """The core's fields and the enabled features', per schema: several can live in one process."""

    def __init__(self, enabled: Sequence[Enabled] = (), *, in_order: bool = False) -> None:
        """Refuses with FeatureMistake. `in_order` for print only: strawberry loses an enum's members then."""
        check_features(CORE, enabled)
        self.features = [*CORE, *(one.feature for one in enabled)]
        self.problems = {
            refusal: shown for feature in self.features for refusal, shown in feature.problems.items()
        }
        self._joining: dict[str, list[StrawberryField]] = defaultdict(list)
        for feature in self.features:
            for kind, part in feature.parts():
                self._joining[kind] += fields_of(part)
        super().__init__(
            query=Query,
            mutation=Mutation,
            subscription=Subscription,
            execution_context_class=PlainFirst,
            types=[*self.problems.values(), *(kind for feature in self.features for kind in feature.types)],
            config=StrawberryConfig(sort_schema=in_order, scalar_map=SCALARS),
            extensions=[
                lambda: AddValidationRules([DocumentLimits]),
                lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
                lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
                lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
                Metering,
            ],
        )
        owners = {coordinate: one for one in enabled for coordinate in coordinates(one.feature)}
        check_schema(self._schema, owners, enabled)
        try:
            enforce(self._schema, owners)
        except NoPolicy as missing:
            one = owners.get(missing.coordinate)
            raise mistake(one, missing.coordinate, missing.reason) if one else missing from None
        own = {
            f"{kind.name}.{name}": owner.feature.name
            for kind in foreign_types(self._schema)
            if isinstance(kind, GraphQLObjectType) and (owner := owner_of(kind, enabled))
            for name in kind.fields
        }
        contain(self._schema, own | {where: one.feature.name for where, one in owners.items()})
        lookups = {kind: lookup for feature in CORE for kind, lookup in feature.lookups().items()}
        self.lookups = lookups | {
            kind: contained_lookup(lookup, kind, one.feature.name)
            for one in enabled
            for kind, lookup in one.feature.lookups().items()
        }

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        if type_definition.is_interface or type_definition.is_input:
            return type_definition.fields
        return [*type_definition.fields, *self._joining.get(type_definition.name, ())]

    @property
    def shared_fields(self) -> frozenset[str]:
        """Of the query root, by their names in GraphQL: what is the same for everybody who asks."""
        if any(feature.busy_sources and not feature.is_shared for feature in self.features):
            return frozenset()
        shared = [feature.query for feature in self.features if feature.query and feature.is_shared]
        return frozenset(name_of(field) for part in shared for field in fields_of(part))

    @property
    def unshared_fields(self) -> frozenset[str]:
        """Of all types but the roots: what may be different for each who asks."""
        parts = [part for one in self.features if not one.is_shared for part in one.fields.values()]
        return frozenset(name_of(field) for part in parts for field in fields_of(part))

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Logs what nobody expected, with the id that the caller is given; see `show_error`."""
        for error in errors:
            feature = feature_at(execution_context.context, error.path) if execution_context else None
            if isinstance(error.original_error, FailedIn):
                feature = error.original_error.feature
            if feature and not _is_refusal(error):
                incident = secrets.token_hex(4)
                error.extensions = {"code": FEATURE_FAILED, "feature": feature, "incident": incident}
                told = (incident, error.path, feature)
                log.error("incident %s at %s in the feature %s", *told, exc_info=error.original_error)
            elif _is_unexpected(error):
                incident = secrets.token_hex(4)
                error.extensions = {"code": "INTERNAL", "incident": incident}
                log.error("incident %s at %s", incident, error.path, exc_info=error.original_error)


def show_error(error: GraphQLError, *, suggests: bool) -> dict[str, Any]:
    """A GraphQL error as the caller may see it: refusals with their code, the unexpected masked.

    Unless `suggests`, it does not say which name was probably meant: that tells of names.
    """
    if (error.extensions or {}).get("code") == FEATURE_FAILED:
        error = GraphQLError(
            "This part can't be answered just now; all else is as it should be.",
            path=error.path,
            extensions=error.extensions,
        )
    elif _is_unexpected(error):
        error = GraphQLError(
            "Something went wrong on our side. Please try again, or call the clinic.",
            path=error.path,
            extensions=error.extensions,
        )
    elif isinstance(error.original_error, BookingError):
        refusal = error.original_error
        error.extensions = {"code": code_of(refusal), "path": list(refusal.path)}
        if isinstance(refusal, CheckFailed):
            error.extensions["feature"] = refusal.feature
    shown = dict(error.formatted)
    if not suggests:
        shown["message"] = error.message.partition(" Did you mean ")[0]
    return shown


def _is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(
        error.original_error, (GraphQLError, BookingError)
    )


def _is_refusal(error: GraphQLError) -> bool:
    """One that was meant: with data of its own, or a code."""
    reason = error.original_error or error
    return isinstance(reason, BookingError) or "code" in (getattr(reason, "extensions", None) or ())


def schema_with(enabled: Sequence[Enabled], *, in_order: bool = False) -> BookingSchema:
    """Refuses with FeatureMistake, also for what strawberry makes nothing of. The core alone is made once."""
    if not enabled:
        return _core(in_order)
    try:
        return BookingSchema(enabled, in_order=in_order)
    except FeatureMistake:
        raise
    except Exception:
        for one in enabled:
            try:
                BookingSchema([one])
            except Exception as reason:
                raise mistake(one, "", words_of(reason)) from reason
        raise


@cache
def _core(in_order: bool) -> BookingSchema:
    return BookingSchema(in_order=in_order)


def printed_schema(enabled: Sequence[Enabled] = ()) -> str:
    """In alphabetical order; what `schema.graphql` holds is the core alone."""
    return schema_with(enabled, in_order=True).as_str() + "\n"
