"""What must hold before a feature may join: each mistake is found at start, and told in one sentence."""

import difflib
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_non_null_type,
)
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from booking.clinic_file.shape import ClinicFile
from booking.errors import BookingError
from graphql_api.extending import API, Enabled, Feature, FeatureMistake
from graphql_api.problems import Problem

NAME = re.compile(r"[a-z][a-z0-9_]{2,30}")
RESERVED = frozenset(ClinicFile.model_fields)
"""Tables of the clinic's file that are there already."""
GRAPHQL = "graphql"
OURS = frozenset({"booking", "feeds", GRAPHQL, "graphql_api", "strawberry", "widget"})
"""Packages whose types need no prefix."""
NAMED = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType | GraphQLEnumType | GraphQLUnionType

_names = NameConverter()


def fields_of(part: type) -> list[StrawberryField]:
    fields: list[StrawberryField] = part.__strawberry_definition__.fields  # type: ignore[attr-defined]
    return fields


def name_of(field: StrawberryField) -> str:
    return _names.get_graphql_name(field)


def coordinates(feature: Feature) -> list[str]:
    """Of all fields that it adds to what is there: `Service.aftercareAdvice`."""
    return [f"{kind}.{name_of(field)}" for kind, part in feature.parts() for field in fields_of(part)]


def check_features(core: Sequence[Feature], enabled: Sequence[Enabled]) -> None:
    """Before there is a schema. Refuses with FeatureMistake."""
    owners = {coordinate: "the core" for feature in core for coordinate in coordinates(feature)}
    named: dict[str, str] = {feature.name: "the core" for feature in core}
    for one in enabled:
        for where, what in _mistakes(one.feature):
            raise mistake(one, where, what)
        if one.feature.name in named:
            raise mistake(one, "", f"there is a feature of this name already, of {named[one.feature.name]}")
        named[one.feature.name] = one.package
        for coordinate in coordinates(one.feature):
            if coordinate in owners:
                raise mistake(one, coordinate, f"this field is there already, of {owners[coordinate]}")
            owners[coordinate] = one.package


def mistake(one: Enabled, where: str, what: str) -> FeatureMistake:
    return FeatureMistake(one.feature.name, one.package, where, what)


def _mistakes(feature: Feature) -> Iterator[tuple[str, str]]:
    """Where, and what is wrong there."""
    name = feature.name
    if not NAME.fullmatch(name) or name in RESERVED:
        yield "", "a feature's name has 3 to 31 small letters, digits and _, and is no table of clinic.toml"
        return
    if feature.api != API:
        yield "", f"it was made for version {feature.api} of the feature API, and this is version {API}"
    for kind, part in feature.parts():
        if not hasattr(part, "__strawberry_definition__"):
            yield kind, f"{part.__name__} must be a @strawberry.type"
            continue
        for field in fields_of(part):
            if not _has_prefix(name_of(field), to_camel_case(name)):
                yield f"{kind}.{name_of(field)}", f"its name must begin with {to_camel_case(name)!r}"
    for refusal, problem in feature.problems.items():
        if not (issubclass(refusal, BookingError) and issubclass(problem, Problem)):
            yield problem.__name__, "`problems` shows a BookingError by a Problem"
    for table in feature.tables:
        if not table.__tablename__.startswith(f"{name}_"):
            yield f"table {table.__tablename__}", f"its name must begin with {name + '_'!r}"
    if feature.tables and not (feature.migrations and feature.migrations.is_dir()):
        yield "", f"its tables need migrations: book-online new-migration {name} 'first tables'"
    if feature.nodes and feature.nodes_need is None:
        yield "", "`nodes_need` must say who may see its nodes"
    hooks = [*feature.rules, *feature.busy_sources, *feature.listeners.values(), *feature.loaders.values()]
    for hook in hooks:
        if not inspect.iscoroutinefunction(hook):
            yield getattr(hook, "__name__", repr(hook)), "it must be an `async def`"


def check_schema(schema: GraphQLSchema, owners: Mapping[str, Enabled], enabled: Sequence[Enabled]) -> None:
    """Once there is one. Refuses with FeatureMistake."""
    objects = {name: kind for name, kind in schema.type_map.items() if isinstance(kind, GraphQLObjectType)}
    for coordinate, one in owners.items():
        kind, _, name = coordinate.partition(".")
        if kind not in objects:
            near = difflib.get_close_matches(kind, objects, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise mistake(one, coordinate, f"there is no object type {kind}{hint}")
        answer = objects[kind].fields[name].type
        if is_non_null_type(answer) and kind != "Subscription":
            raise mistake(one, coordinate, "it must be nullable (`| None`), so that it can fail alone")
        payload = get_named_type(answer)
        if kind == "Mutation" and "problems" not in getattr(payload, "fields", ()):
            raise mistake(one, coordinate, f"{payload.name} needs `problems: list[Problem]`")
    for foreign in foreign_types(schema):
        if owner_of(foreign, enabled) is None:
            one = next((one for one in enabled if _module(foreign) in _modules(one.feature)), enabled[0])
            prefix = _pascal(one.feature.name)
            raise mistake(one, foreign.name, f"its name must begin with {prefix!r}")


def foreign_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """Types that features brought."""
    return [
        kind for kind in schema.type_map.values() if isinstance(kind, NAMED) and _module(kind) not in OURS
    ]


def owner_of(kind: GraphQLNamedType, enabled: Sequence[Enabled]) -> Enabled | None:
    """By the longest prefix that its name has."""
    owners = [one for one in enabled if _has_prefix(kind.name, _pascal(one.feature.name))]
    return max(owners, key=lambda one: len(one.feature.name), default=None)


def _has_prefix(name: str, prefix: str) -> bool:
    """As a word: `roomy` doesn't begin with `room`."""
    return name.startswith(prefix) and not name.removeprefix(prefix)[:1].islower()


def _pascal(name: str) -> str:
    camel = to_camel_case(name)
    return camel[0].upper() + camel[1:]


def _module(kind: GraphQLNamedType) -> str:
    """The package that its Python is in."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    origin = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
    return origin.__module__.partition(".")[0] if origin else GRAPHQL


def _modules(feature: Feature) -> set[str]:
    return {part.__module__.partition(".")[0] for _, part in feature.parts()}
