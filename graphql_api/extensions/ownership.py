"""Ownership: the feature of each field of the schema, by coordinate, and of each type, by prefix."""

from collections.abc import Sequence

from graphql import GraphQLNamedType, GraphQLSchema
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from graphql_api.context.schema_part import SchemaPart
from graphql_api.extensions.feature import EnabledFeature

GRAPHQL = "graphql"
CORE_PACKAGES = frozenset({"booking", "feeds", GRAPHQL, "graphql_api", "strawberry", "web"})
"""Packages whose types need no prefix."""
_names = NameConverter()


def fields_of(part: type) -> list[StrawberryField]:
    fields: list[StrawberryField] = part.__strawberry_definition__.fields  # type: ignore[attr-defined]
    return fields


def graphql_name(field: StrawberryField) -> str:
    return _names.get_graphql_name(field)


def pascal_case(name: str) -> str:
    camel = to_camel_case(name)
    return camel[0].upper() + camel[1:]


def coordinates(part: SchemaPart) -> list[str]:
    """The coordinate of each field that the part adds to a type: `Service.aftercareAdvice`."""
    return [
        f"{kind}.{graphql_name(field)}" for kind, added in part.added_fields() for field in fields_of(added)
    ]


def feature_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """The types of the schema that features brought."""
    return [kind for kind in schema.type_map.values() if package_of(kind) not in CORE_PACKAGES]


def owning_feature(kind: GraphQLNamedType, enabled: Sequence[EnabledFeature]) -> EnabledFeature | None:
    """The feature whose prefix the type's name has: of several that of the type's package, or the longest."""
    owners = [owner for owner in enabled if has_prefix(kind.name, pascal_case(owner.feature.name))]
    beside = [owner for owner in owners if package_of(kind) in packages_of(owner.feature)]
    return max(beside or owners, key=lambda owner: len(owner.feature.name), default=None)


def packages_of(feature: SchemaPart) -> set[str]:
    """The top-level Python packages of the feature's fields."""
    return {top_level_package(part) for _, part in feature.added_fields()}


def has_prefix(name: str, prefix: str) -> bool:
    """Whether the name begins with the prefix as a word: `roomy` doesn't begin with `room`."""
    return name.startswith(prefix) and not name.removeprefix(prefix)[:1].islower()


def package_of(kind: GraphQLNamedType) -> str:
    """The top-level Python package that defines the type."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if definition in DEFAULT_SCALAR_REGISTRY.values():
        return GRAPHQL
    origin = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
    return top_level_package(origin) if origin else GRAPHQL


def top_level_package(kind: type) -> str:
    return kind.__module__.partition(".")[0]
