"""Operations that are about a secret alone, such as a manage link's: the secret itself may pay for them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema, get_named_type, is_input_object_type

from graphql_api.limits.document_facts import OperationFacts
from graphql_api.limits.known_secrets import MAX_SECRET_LENGTH, MIN_SECRET_LENGTH

SECRET_INPUTS = frozenset({"manageToken", "holdToken", "holdTokens", "idempotencyKey"})
"""Arguments, and fields of an input, that hold a secret."""
FREE_FIELDS = frozenset({"__typename", "clinic", "rateLimit"})
"""Root fields that a manage page asks for beside its visit."""
STRING = re.compile(rf'"([^"\\\n]{{{MIN_SECRET_LENGTH},{MAX_SECRET_LENGTH}}})"')


def is_about_secrets(schema: GraphQLSchema, operation: OperationFacts) -> bool:
    """Whether each root field takes a secret, or is one of FREE_FIELDS."""
    root = schema.get_root_type(operation.node.operation)
    assert root is not None
    for node in operation.node.selection_set.selections:
        if not isinstance(node, FieldNode):
            return False
        field = root.fields.get(node.name.value)
        if node.name.value not in FREE_FIELDS and not (field and _takes_secret(field)):
            return False
    return True


def _takes_secret(field: GraphQLField) -> bool:
    kinds = (get_named_type(argument.type) for argument in field.args.values())
    inputs = (name for kind in kinds if is_input_object_type(kind) for name in kind.fields)
    return not SECRET_INPUTS.isdisjoint((*field.args, *inputs))


def strings_in(document: str, variables: Mapping[str, Any] | None) -> Iterator[str]:
    """The texts that may be secrets: of the variables, and those within the document."""
    yield from _strings(variables)
    yield from (found[1] for found in STRING.finditer(document))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= MIN_SECRET_LENGTH:
            yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
