"""Schema directives on a field, as its strawberry definition has them."""

from typing import TypeVar

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter

D = TypeVar("D")


def directive_of(field: GraphQLField, kind: type[D]) -> D | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    directives = definition.directives if definition else ()
    return next((directive for directive in directives if isinstance(directive, kind)), None)
