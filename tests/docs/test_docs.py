"""What the docs say is true: every example runs, every name exists."""

import re
import tomllib
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, build_schema, parse, validate

from graphql_api.schema.schema import printed_schema

ROOT = Path(__file__).parents[2]
DOCS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
SCHEMA = build_schema(printed_schema())


def examples(language: str) -> list[tuple[str, str]]:
    blocks = []
    for page in DOCS:
        texts = re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        blocks += [(f"{page.name}-{number}", text) for number, text in enumerate(texts, 1)]
    return blocks


@pytest.mark.parametrize("document", [pytest.param(text, id=name) for name, text in examples("graphql")])
def test_every_graphql_example_is_valid(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


def test_every_problem_is_explained() -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    problem = SCHEMA.type_map["Problem"]
    assert isinstance(problem, GraphQLInterfaceType)

    for kind in SCHEMA.get_implementations(problem).objects:
        assert f"| `{kind.name}` |" in page


def test_every_key_of_the_clinics_file_is_explained() -> None:
    page = (ROOT / "docs" / "reference" / "clinic-file.md").read_text("utf-8")
    sample = tomllib.loads((ROOT / "clinic.toml").read_text("utf-8"))

    def keys(value: object) -> set[str]:
        if isinstance(value, list):
            return {key for item in value for key in keys(item)}
        return set(value).union(*map(keys, value.values())) if isinstance(value, dict) else set()

    values = {"en", "fr", "mon-fri", "mon-thu", "mon-wed", "wed-fri", "thu-fri", "mon", "tue", "wed", "fri"}
    for key in keys(sample) - values:
        assert f"`{key}`" in page or f"[{key}]" in page, key


def test_every_link_between_pages_leads_to_a_page_and_heading() -> None:
    for page in DOCS:
        for target, heading in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", page.read_text("utf-8")):
            if "://" not in target:
                leads_to = page.parent / target if target else page
                assert leads_to.exists(), f"{page.name} -> {target}"
                assert not heading or heading in headings(leads_to), f"{page.name} -> {target}#{heading}"


def headings(page: Path) -> set[str]:
    """As links name them."""
    texts = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in texts}


def test_every_attribute_event_property_and_part_of_the_element_is_listed() -> None:
    page = (ROOT / "docs" / "reference" / "element.md").read_text("utf-8")
    code = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "widget").rglob("*.*s*") if path.suffix in (".js", ".css")
    )

    properties = set(re.findall(r"--book-online-[a-z-]+", code))
    parts = set(" ".join(re.findall(r"part: ['`]([a-z -]+)", code)).split()) | {"control"}
    attributes = set(re.findall(r"(?:get|has)Attribute\('([a-z]+)'\)", code))
    events = {f"book-online:{event}" for event in re.findall(r"\bemit\('([a-z]+)'", code)}
    assert properties
    assert {"phone", "service"} <= attributes
    assert "book-online:booked" in events
    used = properties | parts | attributes | events
    assert {name for name in used if f"`{name}`" not in page} == set()


def test_the_types_of_the_npm_package_have_every_attribute_and_event_of_the_element() -> None:
    page = (ROOT / "docs" / "reference" / "element.md").read_text("utf-8")
    types = (ROOT / "widget" / "package" / "index.d.ts").read_text("utf-8")

    attributes = set(re.findall(r"^\| `([a-z-]+)` \|", page.partition("## Methods")[0], re.MULTILINE))
    events = set(re.findall(r"^\| `book-online:([a-z]+)` \|", page, re.MULTILINE))
    members = set(re.findall(r"^ +'?([\w-]+)'?\??: ", types, re.MULTILINE))
    assert {"service", "no-history", "booked"} <= attributes | events
    assert (attributes | events) - members == set()


def test_the_code_that_the_first_change_replaces_is_there() -> None:
    page = (ROOT / "docs" / "tutorials" / "first-change.md").read_text("utf-8")
    source = (ROOT / "graphql_api" / "types" / "time_intervals.py").read_text("utf-8")
    (maker,) = re.findall(r"( *return cls\(.*?\n +\))\n", page, re.DOTALL)

    replaced = [line.strip() for line in maker.splitlines() if "minutes" not in line]
    assert "".join(replaced).replace(",)", ")").replace(" ", "") in "".join(source.split())


PATH = re.compile(
    r"`((?:\.github|book_online|booking|desk|docs|feeds|graphql_api|locales|rendering|tests|web|widget)/[\w./-]+\.\w+)[`:]"
)


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in DOCS])
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = PATH.findall(page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_question_of_a_newcomer_leads_to_a_file_or_folder() -> None:
    page = (ROOT / "docs" / "explanation" / "finding-your-way.md").read_text("utf-8")
    answers = re.findall(r"^\| (?!where)[^|]+ \| (.+) \|$", page, re.MULTILINE)
    named = [path for answer in answers for path in re.findall(r"`([\w./]+)`", answer)]
    assert len(answers) == 30
    assert len(named) == len(answers) + 1
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("package", ["booking", "graphql_api"])
def test_the_architecture_names_the_layers_in_their_order(package: str) -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    (sentence,) = re.findall(rf"^\d\. Inside `{package}`: (.+?)\. ", page, re.MULTILINE)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == [package])

    named = [re.findall(r"`(\w+)`", layer) for layer in sentence.split(" → ")]
    assert named == [layer.split(" | ") for layer in layers]


def test_the_architecture_shows_every_room() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    (tree,) = re.findall(r"```\n(book.*?)```", page, re.DOTALL)
    packages = ("booking", "feeds", "graphql_api", "web", "book_online")
    rooms = {
        folder.parent.relative_to(ROOT).as_posix()
        for package in packages
        for folder in (ROOT / package).rglob("__init__.py")
    }
    assert rooms - {"booking/storage/migrations/versions"} - set(folders_of(tree)) == set()
    assert [folder for folder in folders_of(tree) if not (ROOT / folder).is_dir()] == []


def folders_of(tree: str) -> list[str]:
    """The paths of a tree whose levels are indented by two spaces."""
    path: list[str] = []
    folders = []
    for indent, name in re.findall(r"^( *)(\w+)/ ", tree, re.MULTILINE):
        path = [*path[: len(indent) // 2], name]
        folders.append("/".join(path))
    return folders
