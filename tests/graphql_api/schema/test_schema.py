"""The contract: printed, described, and the same wherever it is made."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    graphql_sync,
    introspection_types,
    specified_scalar_types,
)

from booking.domain import errors
from booking.domain.errors import BookingError
from graphql_api.extensions.feature import API, EnabledFeature, Feature, FeatureError
from graphql_api.schema.schema import BookingSchema, printed_schema
from graphql_api.security.viewer import CATALOGUE, Viewer
from graphql_api.types.problems import PROBLEMS

SCHEMA = Path(__file__).parents[3] / "schema.graphql"


def contract() -> GraphQLSchema:
    return build_schema(printed_schema())


def test_schema_graphql_is_what_the_code_prints() -> None:
    assert SCHEMA.read_text("utf-8") == printed_schema(), "run `make schema`"


def test_every_public_member_is_described() -> None:
    missing = []
    for name, kind in contract().type_map.items():
        if name in introspection_types or name in specified_scalar_types:
            continue
        if not kind.description:
            missing.append(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in kind.fields.items():
                if not field.description:
                    missing.append(f"{name}.{field_name}")
                for argument_name, argument in getattr(field, "args", {}).items():
                    if not argument.description:
                        missing.append(f"{name}.{field_name}({argument_name}:)")
    assert missing == []


def test_every_refusal_has_a_type_of_its_own() -> None:
    refusals = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, BookingError) and kind is not BookingError
    }

    # A client does the same about these as about what they are kinds of.
    refusals -= {errors.ClinicMoving, errors.ClinicMoved}
    assert refusals == set(PROBLEMS)
    problems = contract().get_implementations(contract().type_map["Problem"])  # type: ignore[arg-type]
    for refusal in refusals:
        assert refusal.__name__ in {kind.name for kind in problems.objects}


def test_every_root_field_but_nodes_is_nullable() -> None:
    query, mutation = contract().query_type, contract().mutation_type
    assert query
    assert mutation
    nullable = {
        name
        for root in (query, mutation)
        for name, field in root.fields.items()
        if str(field.type)[-1] != "!"
    }
    assert nullable == {*query.fields, *mutation.fields} - {"nodes"}


def test_a_field_without_a_scope_stops_the_start() -> None:
    @strawberry.type
    class More:
        @strawberry.field(description="Something more.")
        def more(self) -> str | None:
            return "more"

    with pytest.raises(FeatureError, match=r"Query\.more"):
        BookingSchema([EnabledFeature(Feature(name="more", api=API, query=More), "a package")])


def test_two_schemas_of_one_process_share_no_types() -> None:
    @strawberry.type
    class More:
        @strawberry.field(description="Something more.", directives=[CATALOGUE])
        def more(self) -> str | None:
            return "more"

    more = Feature(name="more", api=API, query=More)
    plain, extended = BookingSchema(), BookingSchema([EnabledFeature(more, "a package")])

    asker = SimpleNamespace(viewer=Viewer(), internals=SimpleNamespace(feature_by_path={}))
    assert graphql_sync(extended._schema, "{ more }", context_value=asker).data == {"more": "more"}
    assert "Something more." in extended.as_str()
    assert "Something more." not in plain.as_str()
    assert plain.as_str() == BookingSchema().as_str()
