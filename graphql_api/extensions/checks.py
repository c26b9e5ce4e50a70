"""Checks of a feature at start: each mistake is a FeatureError, one sentence with its package and place."""

import difflib
import inspect
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_non_null_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.section import Section
from booking.domain.errors import BookingError
from booking.storage.base import Table
from graphql_api.context.schema_part import SchemaPart
from graphql_api.extensions.feature import API, EnabledFeature, Feature, FeatureError
from graphql_api.extensions.ownership import (
    CORE_PACKAGES,
    coordinates,
    feature_types,
    fields_of,
    graphql_name,
    has_prefix,
    owning_feature,
    package_of,
    packages_of,
    pascal_case,
    top_level_package,
)
from graphql_api.limits.query_cost import Cost, is_valid_weight
from graphql_api.security.schema_directives import directive_of
from graphql_api.security.viewer import RequiresScope
from graphql_api.types.problems import Problem

NAME = re.compile(r"(?=.{3,31}\Z)[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")
NAME_RULE = (
    "has 3 to 31 small letters and digits, in words with one _ between them, and is no table of clinic.toml"
)
RESERVED_NAMES = frozenset(ClinicFile.model_fields)
"""The core's own tables of the clinic's file."""
MAPPING_MEMBERS = ("fields", "problems", "loaders", "nodes", "listeners")
LIST_MEMBERS = ("types", "rules", "busy_sources", "tables")
HOOK_PARAMETERS = {
    "rules": ["proposal"],
    "busy_sources": ["query"],
    "listeners": ["context"],
    "loaders": ["session", "keys"],
    "nodes": ["key", "context"],
}
PROBLEMS_TYPE = "[Problem!]!"

Violations = Iterator[tuple[str, str]]
"""(where, the mistake there); where is empty for the feature as a whole."""


def is_valid_name(name: str) -> bool:
    return NAME.fullmatch(name) is not None and name not in RESERVED_NAMES


def check_members(feature: Feature, package: str) -> None:
    """Check the kind of each member, before the clinic's file is read by its settings.

    Raises:
        FeatureError: a member is not what it is declared as.
    """
    for where, mistake in _member_violations(feature):
        raise FeatureError(feature.name, package, where, mistake)


def _member_violations(feature: Feature) -> Violations:
    if feature.api != API:
        made = f"it was made for version {feature.api!r} of the feature API, and this is version {API}"
        yield "", f"{made}: install a release of it that says `api={API}`"
        return
    if not isinstance(feature.name, str):
        yield "`name`", "it must be a text"
    for name in MAPPING_MEMBERS:
        if not isinstance(by_name := getattr(feature, name), Mapping):
            yield f"`{name}`", "it must be a mapping: {...: ...}"
        elif name != "problems" and not all(isinstance(key, str) for key in by_name):
            yield f"`{name}`", "its keys must be texts, in quotes"
    for name in LIST_MEMBERS:
        if not isinstance(getattr(feature, name), list | tuple):
            yield f"`{name}`", "it must be a list: [...]"
    if feature.settings is not None and not _is_class(feature.settings, Section):
        yield "`settings`", "it must be a class of FeatureSettings"
    if not isinstance(feature.migrations, Path | None):
        yield "`migrations`", 'it must be a Path: Path(__file__).parent / "migrations"'
    if not isinstance(feature.node_scope, RequiresScope | None):
        yield "`node_scope`", "it must be one of CATALOGUE, AVAILABILITY, BOOK, OWN_BOOKINGS, PATIENTS"


def check_before_schema(core: Sequence[SchemaPart], enabled: Sequence[EnabledFeature]) -> None:
    """Check the members of each feature, and that no two parts bring the same.

    Raises:
        FeatureError: the first mistake.
    """
    owners = {key: "the core" for part in core for key, _, _ in _claims(part)}
    for owner in enabled:
        for where, mistake in _violations(owner.feature):
            raise owner.error(where, mistake)
        for key, where, claim in _claims(owner.feature):
            if key in owners:
                raise owner.error(where, f"{claim} is there already, of {owners[key]}")
            owners[key] = owner.package


def _claims(part: SchemaPart) -> Iterator[tuple[Hashable, str, str]]:
    """(key, where, description) of each thing that only one part may bring."""
    if isinstance(part, Feature):
        yield part.name, "", "a feature of this name"
    for coordinate in coordinates(part):
        yield coordinate, coordinate, "this field"
    for kind in part.nodes:
        yield ("node", kind), f"node {kind}", "its look-up"
    for refusal in part.problems:
        yield ("problem", refusal), refusal.__name__, "the problem that shows it"


def _violations(feature: Feature) -> Violations:
    name = feature.name
    if not is_valid_name(name):
        yield "", f"a feature's name {NAME_RULE}"
    for kind, part in feature.added_fields():
        if not _is_strawberry_type(part):
            yield kind, f"{display_name(part)} must be a @strawberry.type"
            continue
        for field in fields_of(part):
            where = f"{kind}.{graphql_name(field)}"
            if not has_prefix(graphql_name(field), to_camel_case(name)):
                yield where, f"its name must begin with {to_camel_case(name)!r}"
            if kind == "Subscription" and not _is_stream(field):
                yield where, "it must be an `async def` that yields"
    for part in feature.types:
        if not _is_strawberry_type(part):
            yield "`types`", f"{display_name(part)} must be a @strawberry.type"
    for refusal, problem in feature.problems.items():
        if not (_is_class(refusal, BookingError) and _is_class(problem, Problem)):
            yield display_name(problem), "`problems` shows a BookingError by a Problem"
        elif top_level_package(refusal) in CORE_PACKAGES:
            yield display_name(refusal), "the problem that shows it is there already, of the core"
    for table in feature.tables:
        if not _is_class(table, Table):
            yield "`tables`", f"{display_name(table)} must be a class of Table"
        elif not table.__tablename__.startswith(f"{name}_"):
            yield f"table {table.__tablename__}", f"its name must begin with {name + '_'!r}"
    if feature.tables and not (feature.migrations and feature.migrations.is_dir()):
        yield "", f"its tables need migrations: book-online new-migration {name} 'first tables'"
    if feature.nodes and feature.node_scope is None:
        yield "", "`node_scope` must say who may see its nodes"
    for hook, parameters in _hooks(feature):
        if not inspect.iscoroutinefunction(hook):
            yield display_name(hook), "it must be an `async def`"
        elif not _takes(hook, parameters):
            yield display_name(hook), f"it must take {', '.join(parameters)}"


def _hooks(feature: Feature) -> Iterator[tuple[Callable[..., Any], Sequence[str]]]:
    """Each hook with the parameters that it is called with."""
    for member, parameters in HOOK_PARAMETERS.items():
        hooks = getattr(feature, member)
        yield from ((hook, parameters) for hook in (hooks.values() if isinstance(hooks, Mapping) else hooks))


def _takes(hook: Callable[..., Any], parameters: Sequence[str]) -> bool:
    try:
        inspect.signature(hook).bind(*parameters)
    except TypeError:
        return False
    return True


def _is_stream(field: StrawberryField) -> bool:
    resolver: Any = field.base_resolver
    return resolver is not None and inspect.isasyncgenfunction(inspect.unwrap(resolver.wrapped_func))


def _is_strawberry_type(part: object) -> bool:
    return isinstance(part, type) and hasattr(part, "__strawberry_definition__")


def _is_class(part: object, base: type) -> bool:
    return isinstance(part, type) and issubclass(part, base)


def display_name(part: Any) -> str:
    """The name of a class or of a function, also a wrapped or partial one; of another object its class."""
    return getattr(inspect.unwrap(getattr(part, "func", part)), "__name__", f"{type(part).__name__} object")


def check_after_schema(
    schema: GraphQLSchema, owners: Mapping[str, EnabledFeature], enabled: Sequence[EnabledFeature]
) -> None:
    """Check the schema that the features joined; `owners` are those of fields, by coordinate.

    Raises:
        FeatureError: the first mistake.
    """
    objects = {name: kind for name, kind in schema.type_map.items() if isinstance(kind, GraphQLObjectType)}
    for coordinate, owner in owners.items():
        for mistake in _field_violations(coordinate, objects):
            raise owner.error(coordinate, mistake)
    for owner in enabled:
        for node in owner.feature.nodes:
            for mistake in _node_violations(node, objects, pascal_case(owner.feature.name)):
                raise owner.error(f"node {node}", mistake)
    for kind in feature_types(schema):
        by_prefix = owning_feature(kind, enabled)
        if by_prefix is None:
            by_package = (owner for owner in enabled if package_of(kind) in packages_of(owner.feature))
            owner = next(by_package, enabled[0])
            raise owner.error(kind.name, f"its name must begin with {pascal_case(owner.feature.name)!r}")
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                for mistake in _cost_violations(field):
                    raise by_prefix.error(f"{kind.name}.{name}", mistake)


def _field_violations(coordinate: str, objects: Mapping[str, GraphQLObjectType]) -> Iterator[str]:
    kind, _, name = coordinate.partition(".")
    if kind not in objects:
        yield _no_type(kind, objects)
        return
    field = objects[kind].fields[name]
    yield from _cost_violations(field)
    if is_non_null_type(field.type) and kind != "Subscription":
        yield "it must be nullable (`| None`), so that it can fail alone"
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if isinstance(definition, StrawberryField) and definition.base_resolver is None:
        yield f"it needs a resolver, for {kind} has no such attribute: @strawberry.field"
    payload = get_named_type(field.type)
    problems = getattr(payload, "fields", {}).get("problems")
    if kind == "Mutation" and (problems is None or str(problems.type) != PROBLEMS_TYPE):
        yield f"{payload.name} needs `problems: list[Problem]`"


def _cost_violations(field: GraphQLField) -> Iterator[str]:
    cost = directive_of(field, Cost)
    if cost and not is_valid_weight(cost):
        yield "the weight of its Cost must be a whole number, 0 or more"


def _node_violations(kind: str, objects: Mapping[str, GraphQLObjectType], prefix: str) -> Iterator[str]:
    if kind not in objects:
        yield _no_type(kind, objects)
    elif not has_prefix(kind, prefix):
        yield f"its name must begin with {prefix!r}"
    elif not any(interface.name == "Node" for interface in objects[kind].interfaces):
        yield f"it must be a Node: class {kind}(Node)"


def _no_type(kind: str, objects: Mapping[str, GraphQLObjectType]) -> str:
    near = difflib.get_close_matches(kind, objects, n=1)
    return f"there is no object type {kind}" + (f"; did you mean {near[0]}?" if near else "")
