"""Mistakes of a feature are found at start, each in one sentence that names the package and the place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import strawberry

from book_online.extend import API, CATALOGUE, BookingError, Feature, Problem, Proposal, Service, Table
from booking.storage.session import BookingSession
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.schema.schema import schema_with
from tests.graphql_api.extensions.packages import error_of


def one(field_name: str, answer: Any = str | None, **given: Any) -> type:
    """A type with one field."""

    def resolve() -> Any:
        return None

    resolve.__annotations__ = {"return": answer}
    field = strawberry.field(resolver=resolve, directives=[CATALOGUE], **given)
    return strawberry.type(type("Part", (), {field_name: field, "__module__": __name__}))


@strawberry.type
class Tip:
    text: str


@strawberry.type
class TipsTip:
    text: str


@strawberry.type
class TipsPayload:
    text: str | None


@strawberry.type
class NobodysTip(Problem):
    pass


@strawberry.type
class OpenToAll:
    @strawberry.field
    def tips_all(self) -> str | None:
        return "for anybody?"


@strawberry.type
class NoType:
    @strawberry.field(directives=[CATALOGUE])
    def tips_lost(self) -> "Nowhere | None":  # type: ignore[name-defined]  # noqa: F821
        return None


@dataclass
class NoTips(BookingError):
    """A refusal of a feature's."""


class StrayTable(Table):
    """Only named as one: a table of SQLAlchemy's would be there for every other test too."""

    __abstract__ = True
    __tablename__ = "stray"


class TipsTable(Table):
    __abstract__ = True
    __tablename__ = "tips_given"


def no_coroutine(_proposal: Proposal) -> None:
    pass


async def load(_session: BookingSession, _keys: Any) -> Mapping[str, str]:
    return {}


MISTAKES = {
    "another version of the door": (
        {"api": 99},
        f"it was made for version 99 of the feature API, and this is version {API}: "
        f"install a release of it that says `api={API}`",
    ),
    "no version": (
        {"api": None},
        f"it was made for version None of the feature API, and this is version {API}: "
        f"install a release of it that says `api={API}`",
    ),
    "an unknown type": (
        {"fields": {"Servise": one("tips_all")}},
        "Servise.tipsAll: there is no object type Servise; did you mean Service?",
    ),
    "no object type": (
        {"fields": {"Weekday": one("tips_all")}},
        "Weekday.tipsAll: there is no object type Weekday",
    ),
    "an interface": (
        {"fields": {"Node": one("tips_all")}},
        "Node.tipsAll: there is no object type Node",
    ),
    "a field without the prefix": (
        {"fields": {"Service": one("all_tips")}},
        "Service.allTips: its name must begin with 'tips'",
    ),
    "a query without the prefix": (
        {"query": one("services")},
        "Query.services: its name must begin with 'tips'",
    ),
    "a prefix that is only the beginning of a word": (
        {"fields": {"Service": one("tipster")}},
        "Service.tipster: its name must begin with 'tips'",
    ),
    "a type without the prefix": (
        {"query": one("tips_all", Tip | None)},
        "Tip: its name must begin with 'Tips'",
    ),
    "what can't be null": (
        {"fields": {"Service": one("tips_all", str)}},
        "Service.tipsAll: it must be nullable (`| None`), so that it can fail alone",
    ),
    "a mutation without problems": (
        {"mutation": one("tips_add", TipsPayload | None)},
        "Mutation.tipsAdd: TipsPayload needs `problems: list[Problem]`",
    ),
    "nobody says who may see it": (
        {"fields": {"Service": OpenToAll}},
        "Service.tipsAll: it needs @requiresScope: who may see it?",
    ),
    "no strawberry type": (
        {"fields": {"Service": int}},
        "Service: int must be a @strawberry.type",
    ),
    "a problem of no refusal": (
        {"problems": {NoTips: TipsTip}},
        "TipsTip: `problems` shows a BookingError by a Problem",
    ),
    "a problem without the prefix": (
        {"problems": {NoTips: NobodysTip}},
        "NobodysTip: its name must begin with 'Tips'",
    ),
    "a table without the prefix": (
        {"tables": [StrayTable], "migrations": Path()},
        "table stray: its name must begin with 'tips_'",
    ),
    "a table without migrations": (
        {"tables": [TipsTable]},
        "its tables need migrations: book-online new-migration tips 'first tables'",
    ),
    "nodes for whom": (
        {"nodes": {"TipsTip": load}},
        "`node_scope` must say who may see its nodes",
    ),
    "a rule that doesn't await": (
        {"rules": [no_coroutine]},
        "no_coroutine: it must be an `async def`",
    ),
}


@pytest.mark.parametrize(("given", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_in_one_sentence(given: dict[str, Any], told: str) -> None:
    assert error_of(**given) == f"feature tips (book-online-tips 0.1.0): {told}"


def test_an_error_of_strawberry_names_the_package() -> None:
    fine = EnabledFeature(Feature(name="fine", api=API), "a package")
    wrong = EnabledFeature(Feature(name="tips", api=API, fields={"Service": NoType}), "another package")

    with pytest.raises(FeatureError, match=r"^feature tips \(another package\): .*tips_lost") as refused:
        schema_with([fine, wrong])

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["clinic", "services", "Tips", "a", "tips-2", "x" * 40, "tips_", "after__care", "after_2"]
)
def test_a_reserved_or_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(FeatureError, match="a feature's name has 3 to 31 small letters"):
        schema_with([EnabledFeature(Feature(name=name, api=API), "a package")])


def test_a_field_that_two_features_bring_names_both() -> None:
    after = EnabledFeature(
        Feature(name="after", api=API, fields={"Service": one("after_care")}), "book-online-after 1.0"
    )
    same = Feature(name="after_care", api=API, fields={"Service": one("after_care")})

    with pytest.raises(FeatureError) as refused:
        schema_with([after, EnabledFeature(same, "book-online-after-care 2.0")])

    assert str(refused.value) == (
        "feature after_care (book-online-after-care 2.0): Service.afterCare: "
        "this field is there already, of book-online-after 1.0"
    )


def test_two_features_of_one_name_are_refused() -> None:
    with pytest.raises(FeatureError, match=r"a feature of this name is there already, of the first"):
        schema_with(
            [
                EnabledFeature(Feature(name="tips", api=API), "the first"),
                EnabledFeature(Feature(name="tips", api=API), "b"),
            ]
        )


def test_a_name_of_several_words_is_a_prefix_in_each_style() -> None:
    @strawberry.type
    class AfterCareTip:
        text: str

    @strawberry.type
    class OfService:
        @strawberry.field(directives=[CATALOGUE])
        def after_care_tip(self, service: strawberry.Parent[Service]) -> AfterCareTip | None:
            return None

    feature = Feature(name="after_care", api=API, fields={"Service": OfService})

    assert "afterCareTip: AfterCareTip" in schema_with([EnabledFeature(feature, "a package")]).as_str()
