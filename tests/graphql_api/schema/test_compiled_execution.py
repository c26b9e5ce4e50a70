"""Compiled execution and GraphQL's own give the same answer, errors included."""

import asyncio
import random
from importlib.metadata import version
from typing import Any

import httpx
import pytest
import strawberry
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from booking.storage.database import Database
from graphql_api.schema.compiled_execution import (
    CHECKED_VERSIONS,
    COMPILED_SELECTIONS,
    CompiledExecutionContext,
)
from graphql_api.schema.schema import printed_schema
from graphql_api.types.slots import OpenSlot
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient, service_id


@strawberry.type
class Leaf:
    name: str
    size: int | None
    tags: list[str] | None


@strawberry.type
class Branch:
    leaves: list[Leaf]
    best: Leaf | None
    maybe: list[Leaf | None] | None

    @strawberry.field
    async def later(self) -> Leaf | None:
        return self.best


@strawberry.type
class Tree:
    branches: list[Branch]
    only: Branch | None


@strawberry.type
class Query:
    @strawberry.field
    def tree(self, info: strawberry.Info[Tree, None]) -> Tree | None:
        return info.context


QUICK = strawberry.Schema(Query, execution_context_class=CompiledExecutionContext)
STOCK = strawberry.Schema(Query, execution_context_class=StrawberryGraphQLCoreExecutionContext)

ROTTEN: Any = st.sampled_from([None, "seven", {}, object()])
NAMES = st.text(max_size=3) | ROTTEN
LEAVES = st.builds(
    Leaf, name=NAMES, size=st.integers() | ROTTEN, tags=st.none() | st.lists(NAMES, max_size=2) | ROTTEN
)
BRANCHES = st.builds(
    Branch,
    leaves=st.lists(LEAVES | ROTTEN, max_size=3) | ROTTEN,
    best=LEAVES | ROTTEN,
    maybe=st.lists(LEAVES | ROTTEN, max_size=2) | ROTTEN,
)
TREES = st.builds(Tree, branches=st.lists(BRANCHES | ROTTEN, max_size=2) | ROTTEN, only=BRANCHES | ROTTEN)

L = " fragment L on Leaf { __typename name aka: name size tags }"
ASKED = [
    "{ tree { branches { leaves { ...L } } } }" + L,
    "{ tree { only { best { ...L } maybe { ... on Leaf { ...L } } } } }" + L,
    "{ tree { only { later { ...L } leaves { name } } branches { maybe { size } } } }" + L,
    "query ($no: Boolean! = false) { tree { branches { best { size @include(if: $no) tags } } } }",
]


@given(tree=TREES, query=st.sampled_from(ASKED))
def test_compiled_and_stock_execution_agree_on_any_tree_of_results(tree: Tree, query: str) -> None:
    async def both() -> list[tuple[Any, list[Any]]]:
        answers = [await schema.execute(query, context_value=tree) for schema in (QUICK, STOCK)]
        return [
            (one.data, [(str(error.message), error.path) for error in one.errors or ()]) for one in answers
        ]

    quick, stock = asyncio.run(both())
    assert quick == stock


async def test_compilable_selections_are_compiled() -> None:
    schema = strawberry.Schema(Query, execution_context_class=CompiledExecutionContext)
    leaf = Leaf(name="a", size=1, tags=None)
    branch = Branch(leaves=[leaf], best=leaf, maybe=[leaf])
    for query in ASKED:
        answer = await schema.execute(query, context_value=Tree(branches=[branch], only=branch))
        assert answer.errors is None

    selections = schema._schema.extensions[COMPILED_SELECTIONS]
    outcomes = [(key[0], compiled is not None) for key, (_, compiled) in selections.items()]
    # A part of the third has to be awaited, but not the rest; the last depends on a variable.
    assert [is_compiled for kind, is_compiled in outcomes if kind == "Tree"] == [True, True, False, False]
    assert {("Branch", True), ("Branch", False), ("Leaf", True), ("Leaf", False)} <= set(outcomes)


def test_the_installed_libraries_are_those_that_compiled_execution_was_checked_with() -> None:
    for package, checked in CHECKED_VERSIONS.items():
        assert SpecifierSet(checked).contains(version(package)), (
            f"{package} is {version(package)}, and graphql_api/schema/compiled_execution.py was checked with "
            f"{checked}. Read again which internals that module uses, run this file's other tests, and then "
            "change CHECKED_VERSIONS."
        )


SCHEMA = build_schema(printed_schema())
DAYS = {"serviceId": service_id(), "from": "2026-11-24", "to": "2026-11-25", "distinctTimes": True}
ROOTS = ("openSlots(filter: $filter, first: 5)", "services(first: 3)", "practitioners(first: 3)", "clinic")
HEAD = "query ($filter: OpenSlotFilter!, $yes: Boolean! = true) "


def asked(dice: random.Random, kind: Any, depth: int) -> str:
    """A selection of what can be asked without arguments."""
    if not isinstance(kind, GraphQLObjectType):
        return "__typename"
    fields = [(name, field) for name, field in kind.fields.items() if fits(field, depth)]
    parts = ["__typename"] if dice.random() < 0.2 else []
    for name, field in dice.sample(fields, min(len(fields), dice.randint(1, 4))):
        alias = f"{dice.choice('abc')}_{name}: " if dice.random() < 0.2 else ""
        directive = " @include(if: $yes)" if dice.random() < 0.1 else ""
        inner = get_named_type(field.type)
        deeper = "" if is_leaf_type(inner) else f" {{ {asked(dice, inner, depth - 1)} }}"
        part = f"{alias}{name}{directive}{deeper}"
        parts.append(f"... on {kind.name} {{ {part} }}" if dice.random() < 0.15 else part)
    return " ".join(parts) or "__typename"


def fits(field: GraphQLField, depth: int) -> bool:
    is_easy = not any(is_required_argument(argument) for argument in field.args.values())
    return is_easy and (depth > 0 or is_leaf_type(get_named_type(field.type)))


def document(seed: int) -> str:
    dice = random.Random(seed)
    root = dice.choice(ROOTS)
    assert SCHEMA.query_type
    kind = get_named_type(SCHEMA.query_type.fields[root.partition("(")[0]].type)
    unused = "unused: services(first: 1) @skip(if: $yes) { __typename } "
    needed = "" if "$filter" in root else "alsoSlots: openSlots(filter: $filter, first: 1) { __typename } "
    return f"{HEAD} {{ {unused}{needed}{root} {{ {asked(dice, kind, 4)} }} }}"


@pytest.mark.parametrize("keyed", [False, True], ids=["anybody", "a partner"])
async def test_compiled_and_stock_execution_answer_any_query_alike(
    http: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch, keyed: bool
) -> None:
    headers = bearing((await new_key(database, "catalogue", "availability"))[1]) if keyed else {}

    async def answers(note: str) -> list[Any]:
        """The note keeps it from being answered with what was answered before."""
        told = []
        for seed in range(60):
            body = {"query": f"{document(seed)} # {note}", "variables": {"filter": DAYS}}
            told.append((await http.post("/graphql", json=body, headers=headers)).json())
        return told

    assert all(not validate(SCHEMA, parse(document(seed))) for seed in range(60))
    quick = await answers("quick")
    stock_way = StrawberryGraphQLCoreExecutionContext.complete_object_value
    monkeypatch.setattr(CompiledExecutionContext, "complete_object_value", stock_way)
    assert await answers("stock") == quick
    assert len([one for one in quick if "errors" not in one]) > 40


SHOWN = """query ($filter: OpenSlotFilter!) { openSlots(filter: $filter, first: 100) {
  edges { cursor node { id startsAt endsAt service { name } practitioner { name } location { name } } } } }"""


async def test_a_slot_is_completed_once_until_the_catalogue_changes(
    api: GraphQLClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[OpenSlot] = []
    make = OpenSlot.of

    def of(slot: Any) -> OpenSlot:
        made.append(make(slot))
        return made[-1]

    monkeypatch.setattr(OpenSlot, "of", of)

    async def ask(language: str = "en") -> tuple[list[Any], int]:
        made.clear()
        told = await api.ask(SHOWN, language=language, filter=DAYS | {"distinctTimes": False})
        return told["data"]["openSlots"]["edges"], len(made)

    before, at_first = await ask()
    assert at_first == len(before) > 10
    await api.hold(before[0]["node"]["startsAt"])
    after, anew = await ask()
    gone = len(before) - len([edge for edge in after if edge in before])
    assert 0 < gone < 10
    assert anew == len([edge for edge in after if edge not in before]) < 10

    french, anew = await ask("fr")
    assert anew == len(after)
    assert {edge["node"]["service"]["name"] for edge in french} == {
        "Puncture physiothérapique, première visite"
    }
    assert (await ask()) == (after, 0)

    await open_clinic(database, edit_file({'name = "Sample Practitioner A"': 'name = "Another Name"'}))
    renamed, anew = await ask()
    assert anew == len(after)
    assert {edge["node"]["practitioner"]["name"] for edge in renamed} != {
        edge["node"]["practitioner"]["name"] for edge in after
    }
