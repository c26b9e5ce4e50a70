"""A member that is of another kind than it must be, or the core's, or takes other arguments is refused."""

import functools
from collections.abc import AsyncGenerator, Mapping
from enum import Enum
from typing import Any, NewType

import pytest
import strawberry
from pydantic import BaseModel

from book_online.extend import (
    API,
    BOOK,
    CATALOGUE,
    BookingError,
    Cost,
    Feature,
    Node,
    Problem,
    Proposal,
    Service,
    SlotTaken,
)
from booking.domain.errors import NotFound
from booking.storage.session import BookingSession
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.schema.schema import schema_with
from tests.graphql_api.extensions.packages import error_of


@strawberry.type
class TipsProblem(Problem):
    pass


@strawberry.type
class TipsTip(Node):
    text: str


@strawberry.type
class TipsPlain:
    text: str


class NoTips(BookingError):
    """A refusal of a feature's."""


class Unchecked(BaseModel):
    """Would take any key."""


class Colour(Enum):
    RED = "red"


def scalar(name: str) -> Any:
    """As strawberry lets a package of somebody else's make one."""
    with pytest.warns(DeprecationWarning, match="scalar_map"):
        return strawberry.scalar(NewType(name, str), serialize=str, parse_value=str)


def answering(kind: Any, *directives: object) -> type:
    def resolve() -> Any:
        return None

    resolve.__annotations__ = {"return": kind}
    field = strawberry.field(resolver=resolve, directives=[CATALOGUE, *directives])
    return strawberry.type(type("Part", (), {"tips_all": field, "__module__": __name__}))


def paying(kind: Any) -> type:
    """A mutation that answers with problems of that kind."""
    payload = type("TipsPayload", (), {"__annotations__": {"problems": kind}, "__module__": __name__})
    field = strawberry.mutation(resolver=_resolver(strawberry.type(payload) | None), directives=[BOOK])
    return strawberry.type(type("Part", (), {"tips_do": field, "__module__": __name__}))


def _resolver(kind: Any) -> Any:
    def resolve() -> Any:
        return None

    resolve.__annotations__ = {"return": kind}
    return resolve


@strawberry.type
class OnceOnly:
    @strawberry.subscription(directives=[CATALOGUE])
    async def tips_told(self) -> int | None:
        return 1


@strawberry.type
class Streams:
    @strawberry.subscription(directives=[CATALOGUE])
    async def tips_told(self) -> AsyncGenerator[int | None]:
        yield 1


@strawberry.type
class TipsPriced:
    @strawberry.field(directives=[Cost(weight=-1)])
    def dear(self) -> str | None:
        return None


async def nothing() -> None:
    pass


async def one(_first: Any) -> None:
    pass


async def two(_first: Any, _second: Any) -> None:
    pass


async def loaded(_session: BookingSession, _keys: Any) -> Mapping[str, str]:
    return {}


def look_up(_key: str, _context: Any) -> None:
    pass


class Rule:
    async def __call__(self, proposal: Proposal) -> None:
        pass


NODES = {"types": [TipsTip], "node_scope": CATALOGUE}
WEIGHT = "the weight of its Cost must be a whole number, 0 or more"
PAYLOAD = "Mutation.tipsDo: TipsPayload needs `problems: list[Problem]`"

MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a node of the core's": (
        {"nodes": {"Service": two}, "node_scope": CATALOGUE},
        "node Service: its look-up is there already, of the core",
    ),
    "a refusal of the core's": (
        {"problems": {SlotTaken: TipsProblem}},
        "SlotTaken: the problem that shows it is there already, of the core",
    ),
    "every refusal of the core's": (
        {"problems": {BookingError: TipsProblem}},
        "BookingError: the problem that shows it is there already, of the core",
    ),
    "a refusal that may not be imported": (
        {"problems": {NotFound: TipsProblem}},
        "NotFound: the problem that shows it is there already, of the core",
    ),
    "a node of no type": (
        NODES | {"nodes": {"TipsTop": two}},
        "node TipsTop: there is no object type TipsTop; did you mean TipsTip?",
    ),
    "a node of a type without the prefix": (
        NODES | {"nodes": {"PageInfo": two}},
        "node PageInfo: its name must begin with 'Tips'",
    ),
    "a node that is none": (
        {"types": [TipsPlain], "nodes": {"TipsPlain": two}, "node_scope": CATALOGUE},
        "node TipsPlain: it must be a Node: class TipsPlain(Node)",
    ),
    "a look-up that doesn't await": (
        NODES | {"nodes": {"TipsTip": look_up}},
        "look_up: it must be an `async def`",
    ),
    "a look-up that takes less": (NODES | {"nodes": {"TipsTip": one}}, "one: it must take key, context"),
    "who may see nodes, in words": (
        NODES | {"nodes": {"TipsTip": two}, "node_scope": "anybody"},
        "`node_scope`: it must be one of CATALOGUE, AVAILABILITY, BOOK, OWN_BOOKINGS, PATIENTS",
    ),
    "a rule that takes nothing": ({"rules": [nothing]}, "nothing: it must take proposal"),
    "a rule that takes more": ({"rules": [two]}, "two: it must take proposal"),
    "a rule with all said beforehand": (
        {"rules": [functools.partial(one, 7)]},
        "one: it must take proposal",
    ),
    "a rule that is an object": ({"rules": [Rule()]}, "Rule object: it must be an `async def`"),
    "a busy source that takes more": ({"busy_sources": [two]}, "two: it must take query"),
    "a listener that takes more": ({"listeners": {"all": two}}, "two: it must take context"),
    "a loader that takes less": ({"loaders": {"all": one}}, "one: it must take session, keys"),
    "a weight below nothing": (
        {"fields": {"Service": answering(str | None, Cost(weight=-1000))}},
        f"Service.tipsAll: {WEIGHT}",
    ),
    "a weight in words": (
        {"fields": {"Service": answering(str | None, Cost(weight="much"))}},  # type: ignore[arg-type]
        f"Service.tipsAll: {WEIGHT}",
    ),
    "a weight of a type's own field": (
        {"fields": {"Service": answering(TipsPriced | None)}},
        f"TipsPriced.dear: {WEIGHT}",
    ),
    "a scalar without the prefix": (
        {"fields": {"Service": answering(scalar("Tip") | None)}},
        "Tip: its name must begin with 'Tips'",
    ),
    "problems in words": ({"mutation": paying(str)}, PAYLOAD),
    "problems that may hold nothing": ({"mutation": paying(list[Problem | None])}, PAYLOAD),
    "problems of the feature's own alone": ({"mutation": paying(list[TipsProblem])}, PAYLOAD),
    "a subscription that answers once": (
        {"subscription": OnceOnly},
        "Subscription.tipsTold: it must be an `async def` that yields",
    ),
    "settings that would take anything": (
        {"settings": Unchecked},
        "`settings`: it must be a class of FeatureSettings",
    ),
    "settings that are no class": ({"settings": {}}, "`settings`: it must be a class of FeatureSettings"),
    "fields in a list": ({"fields": [Streams]}, "`fields`: it must be a mapping: {...: ...}"),
    "no fields at all": ({"fields": None}, "`fields`: it must be a mapping: {...: ...}"),
    "fields by class": (
        {"fields": {Service: Streams}},
        "`fields`: its keys must be texts, in quotes",
    ),
    "rules that are none": ({"rules": 7}, "`rules`: it must be a list: [...]"),
    "fields of no type": ({"fields": {"Service": 7}}, "Service: int object must be a @strawberry.type"),
    "types that are none": ({"types": [Colour]}, "`types`: Colour must be a @strawberry.type"),
    "tables that are none": ({"tables": [Colour]}, "`tables`: Colour must be a class of Table"),
    "migrations in words": (
        {"migrations": "migrations"},
        '`migrations`: it must be a Path: Path(__file__).parent / "migrations"',
    ),
    "problems of nothing": (
        {"problems": {"NoTips": TipsProblem}},
        "TipsProblem: `problems` shows a BookingError by a Problem",
    ),
}


@pytest.mark.parametrize(("given", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_member_that_can_not_be_used_is_named_with_its_place(given: dict[str, Any], told: str) -> None:
    assert error_of(**given) == f"feature tips (book-online-tips 0.1.0): {told}"


def test_a_feature_whose_members_are_right_joins_the_schema() -> None:
    right = Feature(
        name="tips",
        api=API,
        fields={"Service": answering(scalar("TipsColour") | None, Cost(weight=0))},
        mutation=paying(list[Problem]),
        subscription=Streams,
        types=[TipsTip],
        nodes={"TipsTip": two},
        node_scope=CATALOGUE,
        problems={NoTips: TipsProblem},
        rules=[functools.partial(two, 7)],
        loaders={"all": loaded},
        listeners={"all": one},
    )

    printed = schema_with([EnabledFeature(right, "a package")]).as_str()

    assert "scalar TipsColour" in printed
    assert "tipsTold: Int" in printed


def test_a_refusal_that_two_features_show_names_both() -> None:
    @strawberry.type
    class HintsProblem(Problem):
        pass

    first = EnabledFeature(
        Feature(name="tips", api=API, problems={NoTips: TipsProblem}), "book-online-tips 1.0"
    )
    second = EnabledFeature(
        Feature(name="hints", api=API, problems={NoTips: HintsProblem}), "book-online-hints 2.0"
    )

    with pytest.raises(FeatureError) as refused:
        schema_with([first, second])

    assert str(refused.value) == (
        "feature hints (book-online-hints 2.0): "
        "NoTips: the problem that shows it is there already, of book-online-tips 1.0"
    )
