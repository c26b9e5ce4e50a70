"""docs/extend.md is true: its names are there, and its first example is a working feature."""

import dataclasses
import re
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

import book_online.extend
from book_online.extend import API, Feature
from book_online.testing import open_clinic
from booking.guests import BUSY_LIMIT, RULE_LIMIT
from graphql_api.contained import FIELD_LIMIT

PAGE = (Path(__file__).parents[2] / "docs" / "extend.md").read_text("utf-8")
LISTED = PAGE.partition("| for | from `book_online.extend` |")[2].partition("\n\n")[0]
MOST_LINES = 25


def test_what_may_be_imported_is_listed_and_nothing_else_is() -> None:
    assert sorted(re.findall(r"`(\w+)`", LISTED)) == sorted(book_online.extend.__all__)
    assert f"now **{API}**" in PAGE


def test_everything_that_a_feature_may_bring_is_explained() -> None:
    members = {member.name for member in dataclasses.fields(Feature)} - {"name", "api"}
    table = PAGE.partition("| member |")[2].partition("\n\n")[0]

    explained = [row.split("|")[1] for row in table.splitlines()[2:]]
    assert set(re.findall(r"`(\w+)`", " ".join(explained))) == members


def test_the_limits_are_those_that_hold() -> None:
    assert f"takes more than {FIELD_LIMIT.seconds} seconds" in PAGE
    assert f"A rule has {RULE_LIMIT.seconds} second." in PAGE
    assert f"they are fast: {BUSY_LIMIT.seconds} seconds at most" in PAGE


def test_the_first_example_is_a_feature_of_few_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = example('"""What to do after a visit."""')
    (tmp_path / "first_example.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    assert len([line for line in code.splitlines() if line.strip()]) < MOST_LINES
    with open_clinic(import_module("first_example").feature) as clinic:
        answer = clinic.ask('{ service(slug: "dry-needling") { aftercareAdvice } }')
    assert answer["data"]["service"]["aftercareAdvice"].startswith("Drink enough")


def example(beginning: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (found,) = [block for block in map(dedent, blocks) if block.startswith(beginning)]
    return found
