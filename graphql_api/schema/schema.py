"""BookingSchema: the parts of the core and of features as one schema; printed, it is `schema.graphql`."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.graphql import OperationType

from booking.domain.error_text import one_line
from graphql_api.context.schema_part import SchemaPart
from graphql_api.extensions.checks import check_after_schema, check_before_schema
from graphql_api.extensions.feature import EnabledFeature, Feature, FeatureError
from graphql_api.extensions.ownership import (
    coordinates,
    feature_types,
    fields_of,
    graphql_name,
    owning_feature,
)
from graphql_api.extensions.resolver_isolation import (
    FeatureFailed,
    feature_at_path,
    isolate_resolvers,
    isolated_lookup,
)
from graphql_api.operations import (
    book,
    catalogue,
    holds,
    manage_appointments,
    nodes,
    rate_limit,
    reschedule_course,
    screening,
    slots,
    viewer,
    waiting_list,
)
from graphql_api.operations.desk import appointments as desk_appointments
from graphql_api.operations.desk import blocked_time, day_schedule, extra_hours, people
from graphql_api.operations.desk import book as book_for_patient
from graphql_api.operations.partners import webhooks
from graphql_api.schema.compiled_execution import CompiledExecutionContext
from graphql_api.schema.errors import log_incident
from graphql_api.schema.null_defaults import take_null_as_default
from graphql_api.schema.schema_extensions import DocumentCache, QueryCostLimit
from graphql_api.schema.validation import ValidatedDocuments
from graphql_api.security.authorization import MissingScope, enforce_scopes
from graphql_api.types import problems
from graphql_api.types.scalars import SCALARS

CORE_PARTS = (
    problems.part,
    catalogue.part,
    slots.part,
    holds.part,
    screening.part,
    book.part,
    manage_appointments.part,
    reschedule_course.part,
    waiting_list.part,
    viewer.part,
    webhooks.part,
    day_schedule.part,
    desk_appointments.part,
    book_for_patient.part,
    blocked_time.part,
    extra_hours.part,
    people.part,
    nodes.part,
    rate_limit.part,
)


@strawberry.type(description="The queries.")
class Query:
    pass


@strawberry.type(description="The subscriptions, over server-sent events.")
class Subscription:
    pass


@strawberry.type(description="The mutations. A refused one answers with `problems` instead of failing.")
class Mutation:
    pass


class BookingSchema(strawberry.Schema):
    """The fields of the core and of the enabled features; a process may have several schemas."""

    def __init__(self, enabled: Sequence[EnabledFeature] = (), *, in_order: bool = False) -> None:
        """Sort the schema with `in_order`, for print only: strawberry loses an enum's members then.

        Raises:
            FeatureError: a feature can't be used as it is.
        """
        check_before_schema(CORE_PARTS, enabled)
        self.parts: list[SchemaPart] = [*CORE_PARTS, *(owner.feature for owner in enabled)]
        self.problems = {refusal: shown for part in self.parts for refusal, shown in part.problems.items()}
        self._added_fields: dict[str, list[StrawberryField]] = defaultdict(list)
        for part in self.parts:
            for kind, added in part.added_fields():
                self._added_fields[kind] += fields_of(added)
        super().__init__(
            query=Query,
            mutation=Mutation,
            subscription=Subscription,
            execution_context_class=CompiledExecutionContext,
            types=[*self.problems.values(), *(kind for part in self.parts for kind in part.types)],
            config=StrawberryConfig(sort_schema=in_order, scalar_map=SCALARS),
            extensions=[DocumentCache, QueryCostLimit],
        )
        self.documents = ValidatedDocuments(self._schema)
        take_null_as_default(self._schema)
        owners = {coordinate: owner for owner in enabled for coordinate in coordinates(owner.feature)}
        check_after_schema(self._schema, owners, enabled)
        try:
            enforce_scopes(self._schema, owners)
        except MissingScope as missing:
            owner = owners.get(missing.coordinate)
            raise owner.error(missing.coordinate, missing.reason) if owner else missing from None
        own = {
            f"{kind.name}.{name}": owner.feature.name
            for kind in feature_types(self._schema)
            if isinstance(kind, GraphQLObjectType) and (owner := owning_feature(kind, enabled))
            for name in kind.fields
        }
        isolate_resolvers(self._schema, own | {where: owner.feature.name for where, owner in owners.items()})
        lookups = {kind: lookup for part in CORE_PARTS for kind, lookup in part.lookups().items()}
        self.lookups = lookups | {
            kind: isolated_lookup(lookup, kind, owner.feature.name)
            for owner in enabled
            for kind, lookup in owner.feature.lookups().items()
        }

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        if type_definition.is_interface or type_definition.is_input:
            return type_definition.fields
        # A generic type has a name for each of its arguments: ServiceConnection.
        name = self.config.name_converter.from_type(type_definition)
        return [*type_definition.fields, *self._added_fields.get(name, ())]

    @property
    def cacheable_fields(self) -> frozenset[str]:
        """Root query fields whose answers are the same for all callers without a key."""
        cacheable = [part for part in self.parts if part.is_cacheable]
        if any(
            isinstance(part, Feature) and part.busy_sources and not part.is_cacheable for part in self.parts
        ):
            # Only times depend on a busy source.
            cacheable.remove(slots.part)
        queries = [part.query for part in cacheable if part.query]
        return frozenset(graphql_name(field) for query in queries for field in fields_of(query))

    @property
    def uncacheable_fields(self) -> frozenset[str]:
        """Fields of other types whose answers may differ between callers."""
        added = [kind for part in self.parts if not part.is_cacheable for kind in part.fields.values()]
        return frozenset(graphql_name(field) for kind in added for field in fields_of(kind))

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log unexpected errors with an incident id, which the caller is shown; see `show_error`."""
        for error in errors:
            feature = feature_at_path(execution_context.context, error.path) if execution_context else None
            if isinstance(error.original_error, FeatureFailed):
                feature = error.original_error.feature
            log_incident(
                error, feature, in_own_mutation=_in_mutation_of_feature(execution_context, error.path)
            )


def _in_mutation_of_feature(execution: ExecutionContext | None, path: list[str | int] | None) -> bool:
    return (
        execution is not None
        and path is not None
        and execution.operation_type is OperationType.MUTATION
        and feature_at_path(execution.context, path[:1]) is not None
    )


def schema_with(enabled: Sequence[EnabledFeature], *, in_order: bool = False) -> BookingSchema:
    """The schema with these features; that of the core alone is made once.

    Raises:
        FeatureError: a feature can't be used as it is, also where strawberry itself fails on it.
    """
    if not enabled:
        return _core(in_order)
    try:
        return BookingSchema(enabled, in_order=in_order)
    except FeatureError:
        raise
    except Exception:
        for owner in enabled:
            try:
                BookingSchema([owner])
            except Exception as reason:
                raise owner.error("", one_line(reason)) from reason
        for count, owner in enumerate(enabled, 1):
            try:
                BookingSchema(enabled[:count])
            except Exception as reason:
                others = ", ".join(other.feature.name for other in enabled[: count - 1])
                raise owner.error("", f"it can't be used beside {others}: {one_line(reason)}") from reason
        raise


@cache
def _core(in_order: bool) -> BookingSchema:
    return BookingSchema(in_order=in_order)


def printed_schema(enabled: Sequence[EnabledFeature] = ()) -> str:
    """The schema in alphabetical order; `schema.graphql` is that of the core alone."""
    return schema_with(enabled, in_order=True).as_str() + "\n"
