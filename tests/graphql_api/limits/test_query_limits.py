"""Documents that are too deep, or too wide are refused before they run, however they are woven."""

from typing import Any

import httpx
import pytest
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.limits.document_facts import DocumentFacts, Extent
from graphql_api.limits.query_limits import QueryLimits

ASK = {"accept": "application/graphql-response+json"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


def nested(levels: int) -> str:
    """Fields within fields: services and practitioners by turns."""
    path = [
        field
        for kind in ("services", "practitioners") * 2
        for field in (f"{kind}(first: 1)", "edges", "node")
    ]
    return "{" + "{".join(path[: levels - 1]) + "{ __typename " + "}" * levels


def bomb(levels: int) -> str:
    """Written out it has two to the power of `levels` fields."""
    fragments = [f"fragment F{n} on Clinic {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return (
        "{ clinic { ...F0 } } " + " ".join(fragments) + f" fragment F{levels} on Clinic {{ a: name b: name }}"
    )


REFUSED = {
    "eleven levels": (nested(11), "depth"),
    "eleven levels through fragments": (
        "{ clinic { ...A } } fragment A on Clinic { locations { ...B } } fragment B on Location { "
        + "openingHours { x " * 9
        + "}" * 10,
        "depth",
    ),
    "inline fragments within inline fragments": ("{" + "... {" * 70 + "a" + "}" * 71, "depth"),
    "31 aliases": ("{ clinic {" + " ".join(f"a{n}: name" for n in range(31)) + "} }", "aliases"),
    "aliases through a fragment that is spread often": (
        "{"
        + " ".join("clinic { ...A }" for _ in range(11))
        + "} fragment A on Clinic { a: name b: name c: name }",
        "aliases",
    ),
    "51 directives": ("{ clinic { name " + "@include(if: true)" * 51 + "} }", "directives"),
    "21 root fields": ("{" + "clinic { name }" * 21 + "}", "rootFields"),
    "21 root fields in fragments": (
        "{" + "...A " * 7 + "} fragment A on Query {" + "... on Query { clinic { name } }" * 3 + "}",
        "rootFields",
    ),
    "two mutations": (
        'mutation { a: releaseHold(input: {holdToken: "x"}) { released } '
        '... on Mutation { b: releaseHold(input: {holdToken: "y"}) { released } } }',
        "mutations",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_an_operation_over_a_limit_is_refused_and_the_limit_named(
    http: httpx.AsyncClient, what: str
) -> None:
    document, limit = REFUSED[what]
    response = await http.post("/graphql", json={"query": document}, headers=ASK)
    assert response.status_code == 400
    limits = [error.get("extensions", {}).get("limit") for error in response.json()["errors"]]
    assert limit in limits


async def test_an_operation_at_the_limit_is_answered(http: httpx.AsyncClient) -> None:
    for document in (
        nested(10),
        "{ clinic {" + " ".join(f"a{n}: name" for n in range(30)) + "} }",
        "{" + "clinic { name }" * 20 + "}",
        "{ clinic { name " + "@include(if: true)" * 50 + "} }",
    ):
        response = await http.post("/graphql", json={"query": document}, headers=ASK)
        assert "limit" not in response.text, response.text


@pytest.mark.parametrize("levels", [10, 40, 60])
async def test_a_bomb_of_fragments_is_refused_without_being_written_out(
    http: httpx.AsyncClient, levels: int
) -> None:
    # Written out, even the second would not be done before the universe is.
    response = await http.post("/graphql", json={"query": bomb(levels)}, headers=ASK)
    assert response.status_code == 400
    assert {error["extensions"]["limit"] for error in response.json()["errors"]} <= {"aliases", "depth"}


async def test_fragments_in_a_circle_are_refused(http: httpx.AsyncClient) -> None:
    circle = "{ clinic { ...A } } fragment A on Clinic { ...B } fragment B on Clinic { name ...A }"
    response = await http.post("/graphql", json={"query": circle}, headers=ASK)
    assert response.status_code == 400
    assert "Cannot spread fragment" in response.text


async def test_an_unknown_fragment_is_a_request_error_and_no_internal_one(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": "{ ...Nowhere }"}, headers=ASK)
    assert response.status_code == 400
    assert "Unknown fragment" in response.text


async def test_the_usual_introspection_is_within_the_limits(http: httpx.AsyncClient) -> None:
    usual = get_introspection_query(input_value_deprecation=True)
    response = await http.post("/graphql", json={"query": usual})
    assert "errors" not in response.json()


# A model: fragments are written out, and what is there then is counted.

Selection = list[Any]
"""A field is (alias?, directives, selection), a spread a fragment's number, an inline fragment a list."""

FRAGMENTS = 4


def selections(first_fragment: int) -> st.SearchStrategy[Selection]:
    """That only spread fragments from this one on, so that there is no circle."""
    spread: st.SearchStrategy[Any] = st.sampled_from(range(first_fragment, FRAGMENTS))
    leaf: st.SearchStrategy[Any] = st.tuples(st.booleans(), st.integers(0, 2), st.just([]))
    part = leaf if first_fragment == FRAGMENTS else spread | leaf

    def around(inner: st.SearchStrategy[Selection]) -> st.SearchStrategy[Selection]:
        field = st.tuples(st.booleans(), st.integers(0, 2), inner)
        return st.lists(part | field | inner, min_size=1, max_size=3)

    return st.recursive(st.lists(part, min_size=1, max_size=3), around, max_leaves=6)


def written(selection: Selection) -> str:
    def one(part: int | Selection | tuple[bool, int, Selection]) -> str:
        if isinstance(part, int):
            return f"...F{part}"
        if isinstance(part, list):
            return f"... {written(part)}"
        alias, directives, within = part
        return ("a: " if alias else "") + "f" + " @d" * directives + (written(within) if within else "")

    return "{ " + " ".join(one(part) for part in selection) + " }"


def counted(selection: Selection, fragments: list[Selection]) -> Extent:
    parts = []
    for part in selection:
        if isinstance(part, tuple):
            alias, directives, within = part
            below = counted(within, fragments)
            aliases, name = below.aliases + alias, frozenset("f")
            parts.append(Extent(below.depth + 1, aliases, below.directives + directives, 1, name, name))
        else:
            parts.append(counted(fragments[part] if isinstance(part, int) else part, fragments))
    return Extent(
        max((part.depth for part in parts), default=0),
        sum(part.aliases for part in parts),
        sum(part.directives for part in parts),
        sum(part.fields for part in parts),
        frozenset[str]().union(*(part.field_names for part in parts)),
        frozenset[str]().union(*(part.all_names for part in parts)),
    )


@given(st.tuples(selections(0), *(selections(n + 1) for n in range(FRAGMENTS))))
def test_fragments_are_measured_as_if_they_were_written_out(parts: tuple[Selection, ...]) -> None:
    root, *fragments = parts
    texts = [f"fragment F{n} on T {written(fragment)}" for n, fragment in enumerate(fragments)]
    document = parse(written(root) + " ".join(texts))
    assert DocumentFacts.of(document).operation(None).extent == counted(root, fragments)


def test_the_rule_is_one_class_so_that_validations_are_cached() -> None:
    assert isinstance(QueryLimits, type)
    assert QueryLimits.__module__ == "graphql_api.limits.query_limits"
