"""The pages about features are true: their names exist, and their examples are working features."""

import dataclasses
import re
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy
import strawberry

import book_online.extend
from book_online.extend import (
    API,
    CATALOGUE,
    BusyQuery,
    Context,
    Event,
    Feature,
    ListenerContext,
    Proposal,
    Table,
    global_id,
)
from book_online.testing import NOW, SAMPLE, open_clinic
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.extensions.dispatch import BUSY_SOURCE_TIMEOUT, RULE_TIMEOUT
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.extensions.mutation import TRANSACTION_TIMEOUT
from graphql_api.extensions.resolver_isolation import FIELD_TIMEOUT, MUTATION_TIMEOUT
from graphql_api.schema.schema import schema_with
from graphql_api.settings import Settings
from graphql_api.startup import prepare_database

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("tutorials/first-feature.md", "how-to/extend.md")
PAGE = "\n".join((DOCS / page).read_text("utf-8") for page in PAGES)
LISTED = PAGE.partition("| for | from `book_online.extend` |")[2].partition("\n\n")[0]
MOST_LINES = 25
NINE = "2026-11-24T09:00:00-05:00"


def test_the_page_lists_exactly_the_names_of_extend() -> None:
    assert sorted(re.findall(r"`(\w+)`", LISTED)) == sorted(book_online.extend.__all__)
    assert f"now **{API}**" in PAGE


def test_everything_that_a_feature_may_bring_is_explained() -> None:
    members = {member.name for member in dataclasses.fields(Feature)} - {"name", "api"}
    table = PAGE.partition("| member |")[2].partition("\n\n")[0]

    explained = [row.split("|")[1] for row in table.splitlines()[2:]]
    assert set(re.findall(r"`(\w+)`", " ".join(explained))) == members


def test_the_page_names_the_time_limits_of_the_code() -> None:
    assert f"takes more than {FIELD_TIMEOUT.seconds} seconds" in PAGE
    assert f"A mutation has {MUTATION_TIMEOUT.seconds} seconds" in PAGE
    assert f"its transaction has {TRANSACTION_TIMEOUT.seconds}" in PAGE
    assert f"A rule has {RULE_TIMEOUT.seconds} second." in PAGE
    assert f"they are fast: {BUSY_SOURCE_TIMEOUT.seconds} seconds at most" in PAGE


def test_the_first_example_is_a_feature_of_few_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = example('"""What to do after a visit."""')
    (tmp_path / "first_example.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    assert len([line for line in code.splitlines() if line.strip()]) < MOST_LINES
    with open_clinic(import_module("first_example").feature) as clinic:
        answer = clinic.ask('{ service(slug: "dry-needling") { aftercareAdvice } }')
    assert answer["data"]["service"]["aftercareAdvice"].startswith("Drink enough")


def test_a_rule_and_its_settings_are_a_few_lines() -> None:
    (settings,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    with open_clinic(listed("staff"), settings=settings) as clinic:
        refused = clinic.book(NINE)
        assert [problem["__typename"] for problem in refused["problems"]] == ["Declined"]

    with open_clinic(listed("staff"), settings=settings.replace("example.org", "example.com")) as clinic:
        assert clinic.book(NINE)["problems"] == []


def test_a_busy_source_is_a_few_lines() -> None:
    with open_clinic(listed("meeting"), settings=f"[meeting]\nstarts_at = {NINE}") as clinic:
        assert [problem["__typename"] for problem in clinic.hold(NINE)["problems"]] == ["SlotTaken"]
        assert clinic.hold("2026-11-24T10:00:00-05:00")["problems"] == []


def test_a_mutation_and_its_problem_are_a_few_lines() -> None:
    asked = "mutation ($code: String!) { voucherCheck(code: $code) { problems { __typename } } }"
    with open_clinic(listed("voucher")) as clinic:
        known, unknown = (clinic.ask(asked, code=code) for code in ("SPRING", "AUTUMN"))

    assert known == {"data": {"voucherCheck": {"problems": []}}}
    assert unknown == {"data": {"voucherCheck": {"problems": [{"__typename": "VoucherUnknown"}]}}}


def test_a_mutation_that_may_be_repeated_is_a_few_lines() -> None:
    asked = """mutation ($cents: Int!, $once: String) {
      payDeposit(cents: $cents, idempotencyKey: $once) { payment problems { __typename } }
    }"""
    once = "3f2a9c04-0f5e-4b57-9f0a-7a1d1c9e8b11"
    with open_clinic(listed("pay")) as clinic:
        first, again = (clinic.ask(asked, cents=500, once=once) for _ in range(2))
        other = clinic.ask(asked, cents=700, once=once)

    assert first == again
    assert first["data"]["payDeposit"]["payment"]
    assert other["data"]["payDeposit"] == {
        "payment": None,
        "problems": [{"__typename": "IdempotencyKeyReused"}],
    }


def test_a_subscription_is_a_few_lines() -> None:
    with open_clinic(listed("ticks")) as clinic:
        assert clinic.listen("subscription { ticksMinute }") == [
            {"data": {"ticksMinute": "2026-11-23T07:00:01-05:00"}}
        ]


def test_pages_and_ids_are_a_few_lines() -> None:
    with open_clinic(listed("tips")) as clinic:
        answer = clinic.ask("{ tipsAll(first: 2) { edges { node { id text } } pageInfo { hasNextPage } } }")
        tips = answer["data"]["tipsAll"]
        texts = [edge["node"]["text"] for edge in tips["edges"]]
        assert (texts, tips["pageInfo"]) == (["Rest.", "Drink enough."], {"hasNextPage": True})

        asked = "query ($id: ID!) { node(id: $id) { ... on TipsTip { text } } }"
        again = clinic.ask(asked, id=tips["edges"][1]["node"]["id"])
        assert again == {"data": {"node": {"text": "Drink enough."}}}
        assert clinic.ask(asked, id=global_id("TipsTip", 7)) == {"data": {"node": None}}


def test_every_listing_is_run() -> None:
    headings = re.findall(r"^### (\w+):", PAGE, re.MULTILINE)
    assert headings == ["staff", "meeting", "voucher", "pay", "ticks", "tips"]
    assert len(blocks("python")) == len(headings) + 2  # and the first one, with its test


@pytest.mark.parametrize("kind", [Proposal, BusyQuery, ListenerContext, Event])
def test_objects_handed_to_a_feature_have_the_members_that_the_page_lists(kind: type) -> None:
    assert members(kind) == {field.name for field in dataclasses.fields(kind)}


def test_the_context_has_the_members_that_the_page_lists() -> None:
    there = {field.name for field in dataclasses.fields(Context)} | set(vars(Context))
    assert len(members(Context)) > 5
    assert members(Context) - there == set()


def members(kind: type) -> set[str]:
    (row,) = re.findall(rf"^\| `{kind.__name__}` \| (.*) \|$", PAGE, re.MULTILINE)
    return set(re.findall(r"`(\w+)", row))


def aftercare(**given: Any) -> EnabledFeature:
    return EnabledFeature(Feature(name="aftercare", api=API, **given), "book-online-aftercare 0.1.0")


@strawberry.type
class Advice:
    aftercare_advice: str | None = strawberry.field(directives=[CATALOGUE])


@strawberry.type
class Always:
    aftercare_advice: str = strawberry.field(directives=[CATALOGUE])


class Forgetful(Table):
    """A table of SQLAlchemy's would be there for every other test too, so this one is made of one of ours."""

    __abstract__ = True
    __tablename__ = "aftercare_tips"
    __table__ = sqlalchemy.Table(
        "aftercare_tips", sqlalchemy.MetaData(), sqlalchemy.Column("text", sqlalchemy.Text)
    )


def test_three_mistakes_are_reported_as_the_page_shows_them(tmp_path: Path) -> None:
    mistakes = []
    for wrong in (aftercare(fields={"Servise": Advice}), aftercare(fields={"Service": Always})):
        with pytest.raises(FeatureError) as refused:
            schema_with([wrong])
        mistakes.append(refused.value)
    (tmp_path / "0001_tips.py").write_text(MIGRATION)
    url, wrong = f"sqlite:///{tmp_path / 'x.sqlite3'}", aftercare(tables=[Forgetful], migrations=tmp_path)
    with pytest.raises(FeatureError) as refused:
        prepare_database(Settings(url), parse_clinic_file(SAMPLE), [wrong], now=NOW)
    mistakes.append(refused.value)

    shown = [block for block in blocks("text") if block.startswith("book-online: ")]
    assert shown == [f"book-online: {mistake}\n" for mistake in mistakes]


MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.create_table("aftercare_tips", sa.Column("id", sa.Integer()))
"""


def listed(name: str) -> Feature:
    """The listing below that heading, run with the imports that the page says each begins with."""
    below = PAGE.partition(f"\n### {name}:")[2]
    (code,) = re.findall(
        r"```python\n(.*?)```", below.partition("\n### ")[0].partition("\n## ")[0], re.DOTALL
    )
    module = ModuleType(f"listing_{name}")
    sys.modules[module.__name__] = module  # where strawberry looks names up
    exec(f"import strawberry\nfrom book_online.extend import *\n{code}", vars(module))
    feature: Feature = module.feature
    return feature


def blocks(language: str) -> list[str]:
    return [dedent(block) for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)]


def example(beginning: str) -> str:
    (found,) = [block for block in blocks("python") if block.startswith(beginning)]
    return found
