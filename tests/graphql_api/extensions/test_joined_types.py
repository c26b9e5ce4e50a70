"""Fields join any object type, lists included; what can't join or meets another feature is told at start."""

from typing import Any

import pytest
import strawberry

from book_online.extend import API, CATALOGUE, Connection, Feature, Service
from book_online.testing import open_clinic
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.schema.schema import schema_with


@strawberry.type
class CountOfServices:
    @strawberry.field(directives=[CATALOGUE])
    def count_shown(self, services: strawberry.Parent[Connection[Service]]) -> int | None:
        return len(services.edges)


def test_a_field_joins_the_list_of_a_type() -> None:
    counting = Feature(name="count", api=API, fields={"ServiceConnection": CountOfServices})
    with open_clinic(counting) as clinic:
        assert (
            clinic.ask("{ services(first: 1) { countShown edges { cursor } } }")["data"]["services"][
                "countShown"
            ]
            == 1
        )


@strawberry.type
class Attribute:
    count_text: str | None = strawberry.field(default="hello", directives=[CATALOGUE])


@pytest.mark.parametrize(
    ("kind", "members"), [("Service", {"fields": {"Service": Attribute}}), ("Query", {"query": Attribute})]
)
def test_a_field_without_a_resolver_is_found_at_start(kind: str, members: dict[str, Any]) -> None:
    told = rf"{kind}.countText: it needs a resolver, for {kind} has no such attribute"
    with pytest.raises(FeatureError, match=told), open_clinic(Feature(name="count", api=API, **members)):
        pass


@strawberry.type(name="RoomBookingThing")
class Thing:
    name: str


@strawberry.type(name="RoomBookingThing")
class OtherThing:
    title: str


def _feature(name: str, field: str, answer: Any) -> EnabledFeature:
    def resolver() -> Any:
        return None

    resolver.__annotations__ = {"return": answer}
    added = strawberry.field(resolver=resolver, directives=[CATALOGUE])
    queries = strawberry.type(type("Queries", (), {field: added, "__module__": __name__}))
    return EnabledFeature(Feature(name=name, api=API, query=queries), f"{name} 1")


def test_features_whose_names_begin_alike_can_be_used_together() -> None:
    schema = schema_with(
        [_feature("room", "room_any", Thing | None), _feature("room_booking", "room_booking_any", str | None)]
    )
    assert {"roomAny", "roomBookingAny"} <= schema._schema.query_type.fields.keys()  # type: ignore[union-attr]


def test_two_features_with_a_type_of_one_name_are_both_named() -> None:
    first = _feature("room", "room_any", Thing | None)
    second = _feature("room_booking", "room_booking_any", OtherThing | None)
    told = r"feature room_booking .* can't be used beside room: .*RoomBookingThing"
    with pytest.raises(FeatureError, match=told):
        schema_with([first, second])
