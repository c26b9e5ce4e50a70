"""What must hold before a feature may join: each mistake is found at start, and told in one sentence."""

import difflib
import inspect
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_non_null_type,
)
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from booking.catalogue.clinic_file.model import ClinicFile
from booking.domain.errors import BookingError
from booking.storage.base import Table
from graphql_api.extensions.feature import EnabledFeature, Feature, FeatureError, member_errors
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.query_cost import declared_cost, is_valid_weight
from graphql_api.types.problems import Problem

NAME = re.compile(r"(?=.{3,31}\Z)[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")
NAME_RULE = (
    "has 3 to 31 small letters and digits, in words with one _ between them, and is no table of clinic.toml"
)
RESERVED = frozenset(ClinicFile.model_fields)
"""Tables of the clinic's file that are there already."""
GRAPHQL = "graphql"
CORE_PACKAGES = frozenset({"booking", "feeds", GRAPHQL, "graphql_api", "strawberry", "widget"})
"""Packages whose types need no prefix."""
NAMED_TYPES = (
    GraphQLObjectType
    | GraphQLInterfaceType
    | GraphQLInputObjectType
    | GraphQLEnumType
    | GraphQLUnionType
    | GraphQLScalarType
)
PROBLEMS_TYPE = "[Problem!]!"

_names = NameConverter()


def fields_of(part: type) -> list[StrawberryField]:
    fields: list[StrawberryField] = part.__strawberry_definition__.fields  # type: ignore[attr-defined]
    return fields


def graphql_name(field: StrawberryField) -> str:
    return _names.get_graphql_name(field)


def coordinates(part: SchemaPart) -> list[str]:
    """Of all fields that it adds to what is there: `Service.aftercareAdvice`."""
    return [
        f"{kind}.{graphql_name(field)}" for kind, added in part.added_fields() for field in fields_of(added)
    ]


def check_before_schema(core: Sequence[SchemaPart], enabled: Sequence[EnabledFeature]) -> None:
    """Before there is a schema. Refuses with FeatureMistake."""
    owners = {key: "the core" for part in core for key, _, _ in _claims(part)}
    for one in enabled:
        for where, what in feature_violations(one.feature):
            raise feature_error(one, where, what)
        for key, where, what in _claims(one.feature):
            if key in owners:
                raise feature_error(one, where, f"{what} is there already, of {owners[key]}")
            owners[key] = one.package


def feature_error(one: EnabledFeature, where: str, what: str) -> FeatureError:
    return FeatureError(one.feature.name, one.package, where, what)


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


def feature_violations(feature: Feature) -> Iterator[tuple[str, str]]:
    """What is wrong with it whatever others bring: where, and what is wrong there."""
    yield from member_errors(feature)
    name = feature.name
    if not NAME.fullmatch(name) or name in RESERVED:
        yield "", f"a feature's name {NAME_RULE}"
    for kind, part in feature.added_fields():
        if not _is_type(part):
            yield kind, f"{display_name(part)} must be a @strawberry.type"
            continue
        for field in fields_of(part):
            where = f"{kind}.{graphql_name(field)}"
            if not _has_prefix(graphql_name(field), to_camel_case(name)):
                yield where, f"its name must begin with {to_camel_case(name)!r}"
            if kind == "Subscription" and not _is_stream(field):
                yield where, "it must be an `async def` that yields"
    for part in feature.types:
        if not _is_type(part):
            yield "`types`", f"{display_name(part)} must be a @strawberry.type"
    for refusal, problem in feature.problems.items():
        if not (_is_kind(refusal, BookingError) and _is_kind(problem, Problem)):
            yield display_name(problem), "`problems` shows a BookingError by a Problem"
        elif refusal.__module__.partition(".")[0] in CORE_PACKAGES:
            yield display_name(refusal), "the problem that shows it is there already, of the core"
    for table in feature.tables:
        if not _is_kind(table, Table):
            yield "`tables`", f"{display_name(table)} must be a class of Table"
        elif not table.__tablename__.startswith(f"{name}_"):
            yield f"table {table.__tablename__}", f"its name must begin with {name + '_'!r}"
    if feature.tables and not (feature.migrations and feature.migrations.is_dir()):
        yield "", f"its tables need migrations: book-online new-migration {name} 'first tables'"
    if feature.nodes and feature.node_scope is None:
        yield "", "`node_scope` must say who may see its nodes"
    for hook, handed in _hooks(feature):
        if not inspect.iscoroutinefunction(hook):
            yield display_name(hook), "it must be an `async def`"
        elif not _takes(hook, handed):
            yield display_name(hook), f"it must take {', '.join(handed)}"


def _hooks(feature: Feature) -> Iterator[tuple[Callable[..., Any], Sequence[str]]]:
    """Each with what it is handed."""
    yield from ((hook, ["proposal"]) for hook in feature.rules)
    yield from ((hook, ["question"]) for hook in feature.busy_sources)
    yield from ((hook, ["heard"]) for hook in feature.listeners.values())
    yield from ((hook, ["session", "keys"]) for hook in feature.loaders.values())
    yield from ((hook, ["key", "context"]) for hook in feature.nodes.values())


def _takes(hook: Callable[..., Any], handed: Sequence[str]) -> bool:
    try:
        inspect.signature(hook).bind(*handed)
    except TypeError:
        return False
    return True


def _is_stream(field: StrawberryField) -> bool:
    resolver = field.base_resolver
    return resolver is not None and inspect.isasyncgenfunction(_innermost(resolver.wrapped_func))


def _is_type(part: object) -> bool:
    return isinstance(part, type) and hasattr(part, "__strawberry_definition__")


def _is_kind(part: object, kind: type) -> bool:
    return isinstance(part, type) and issubclass(part, kind)


def display_name(part: object) -> str:
    """The name of a class or a function, also of one that is wrapped; else what it is one of."""
    return getattr(_innermost(getattr(part, "func", part)), "__name__", f"{type(part).__name__} object")


def _innermost(function: Any) -> Any:
    return inspect.unwrap(function)


def check_after_schema(
    schema: GraphQLSchema, owners: Mapping[str, EnabledFeature], enabled: Sequence[EnabledFeature]
) -> None:
    """Once there is one. Refuses with FeatureMistake."""
    objects = {name: kind for name, kind in schema.type_map.items() if isinstance(kind, GraphQLObjectType)}
    for coordinate, one in owners.items():
        kind, _, name = coordinate.partition(".")
        if kind not in objects:
            raise feature_error(one, coordinate, _no_type(kind, objects))
        _check_cost(one, coordinate, objects[kind].fields[name])
        answer = objects[kind].fields[name].type
        if is_non_null_type(answer) and kind != "Subscription":
            raise feature_error(one, coordinate, "it must be nullable (`| None`), so that it can fail alone")
        payload = get_named_type(answer)
        problems = getattr(payload, "fields", {}).get("problems")
        if kind == "Mutation" and (problems is None or str(problems.type) != PROBLEMS_TYPE):
            raise feature_error(one, coordinate, f"{payload.name} needs `problems: list[Problem]`")
    for one in enabled:
        for node in one.feature.nodes:
            if wrong := _wrong_node(node, objects, pascal_case(one.feature.name)):
                raise feature_error(one, f"node {node}", wrong)
    for foreign in feature_types(schema):
        owner = owning_feature(foreign, enabled)
        if owner is None:
            one = next((one for one in enabled if _module(foreign) in _modules(one.feature)), enabled[0])
            raise feature_error(
                one, foreign.name, f"its name must begin with {pascal_case(one.feature.name)!r}"
            )
        if isinstance(foreign, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in foreign.fields.items():
                _check_cost(owner, f"{foreign.name}.{name}", field)


def _check_cost(one: EnabledFeature, coordinate: str, field: GraphQLField) -> None:
    cost = declared_cost(field)
    if cost and not is_valid_weight(cost):
        raise feature_error(one, coordinate, "the weight of its Cost must be a whole number, 0 or more")


def _wrong_node(kind: str, objects: Mapping[str, GraphQLObjectType], prefix: str) -> str | None:
    if kind not in objects:
        return _no_type(kind, objects)
    if not _has_prefix(kind, prefix):
        return f"its name must begin with {prefix!r}"
    is_node = any(interface.name == "Node" for interface in objects[kind].interfaces)
    return None if is_node else f"it must be a Node: class {kind}(Node)"


def _no_type(kind: str, objects: Mapping[str, GraphQLObjectType]) -> str:
    near = difflib.get_close_matches(kind, objects, n=1)
    return f"there is no object type {kind}" + (f"; did you mean {near[0]}?" if near else "")


def feature_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """Types that features brought."""
    return [
        kind
        for kind in schema.type_map.values()
        if isinstance(kind, NAMED_TYPES) and _module(kind) not in CORE_PACKAGES
    ]


def owning_feature(kind: GraphQLNamedType, enabled: Sequence[EnabledFeature]) -> EnabledFeature | None:
    """By the longest prefix that its name has."""
    owners = [one for one in enabled if _has_prefix(kind.name, pascal_case(one.feature.name))]
    return max(owners, key=lambda one: len(one.feature.name), default=None)


def _has_prefix(name: str, prefix: str) -> bool:
    """As a word: `roomy` doesn't begin with `room`."""
    return name.startswith(prefix) and not name.removeprefix(prefix)[:1].islower()


def pascal_case(name: str) -> str:
    camel = to_camel_case(name)
    return camel[0].upper() + camel[1:]


def _module(kind: GraphQLNamedType) -> str:
    """The package that its Python is in."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if definition in DEFAULT_SCALAR_REGISTRY.values():
        return GRAPHQL
    origin = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
    return origin.__module__.partition(".")[0] if origin else GRAPHQL


def _modules(feature: Feature) -> set[str]:
    return {part.__module__.partition(".")[0] for _, part in feature.added_fields()}
