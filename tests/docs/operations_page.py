"""docs/reference/operations.md: every query, mutation and subscription of the schema."""

from collections.abc import Iterator

from graphql import GraphQLField, build_schema

from graphql_api.schema.schema import printed_schema
from tests.docs.markdown import cell, table


def render_operations() -> str:
    """Every query, mutation and subscription, from the schema."""
    schema = build_schema(printed_schema())
    roots = {
        "Queries": schema.query_type,
        "Mutations": schema.mutation_type,
        "Subscriptions": schema.subscription_type,
    }
    sections = []
    for title, root in roots.items():
        assert root is not None
        rows = [
            (f"`{name}`", cell(field.description or ""), _scope(field), _cost(field, title == "Mutations"))
            for name, field in root.fields.items()
        ]
        sections.append(f"## {title}\n{table(('operation', '', 'key', 'points'), rows)}")
    return "\n\n".join(sections)


def _scope(field: GraphQLField) -> str:
    for name, arguments in _directives(field):
        if name == "requiresScope":
            scope = f"`{arguments['scope'].lower().replace('_', '-')}`"
            return f"({scope})" if arguments.get("anonymous") == "true" else scope
    return ""


def _cost(field: GraphQLField, is_mutation: bool) -> str:
    weights = [arguments["weight"] for name, arguments in _directives(field) if name == "cost"]
    return weights[0] if weights else "10" if is_mutation else "1"


def _directives(field: GraphQLField) -> Iterator[tuple[str, dict[str, str]]]:
    assert field.ast_node is not None
    for directive in field.ast_node.directives or ():
        values = {}
        for argument in directive.arguments or ():
            value = getattr(argument.value, "value", "")
            values[argument.name.value] = str(value).lower() if isinstance(value, bool) else str(value)
        yield directive.name.value, values
