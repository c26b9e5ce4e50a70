"""The house rules that no other tool checks."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOUSE = Path(__file__).parents[2]
ROOMS = ("book_online", "booking", "feeds", "graphql_api", "widget", "tests")
LONGEST_FILE = 300

ENVIRONMENT = re.compile(r"\benviron\b|\bgetenv\b")
CLOCK = re.compile(
    r"\bdatetime\.now\(|\butcnow\(|\bdate\.today\(|\btime\.time\(|\bfunc\.now\(|CURRENT_TIMESTAMP"
)
HTML_FROM_TEXT = re.compile(
    r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\("
)
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
DEPENDENCY = re.compile(r'^    "(?P<requirement>[^"]+)",(?P<reason> *# .+)?$')


def test_a_file_fits_in_the_head() -> None:
    lengths = {name(path): len(text(path).splitlines()) for path in files("*.py", "*.js", "*.css")}
    assert len(lengths) > 20
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_a_module_opens_with_what_is_in_it() -> None:
    silent = [
        name(path) for path in files("*.py") if text(path) and not ast.get_docstring(ast.parse(text(path)))
    ]
    assert silent == []


def test_a_package_exports_nothing_a_second_time() -> None:
    assert [name(path) for path in files("__init__.py") if text(path)] == []


def test_only_settings_reads_the_environment() -> None:
    assert mentioning(ENVIRONMENT, *ROOMS[:-1]) == ["graphql_api/settings.py"]


def test_only_the_app_reads_the_clock() -> None:
    assert mentioning(CLOCK, *ROOMS[:-1]) == ["graphql_api/app.py"]


def test_the_arithmetic_of_time_needs_nothing_but_python() -> None:
    imported = {
        module for path in files("*.py", rooms=["booking/availability"]) for module, _ in imports(path)
    }
    foreign = {module for module in imported if module.partition(".")[0] not in sys.stdlib_module_names}
    assert {module for module in foreign if not module.startswith("booking.timegrid")} == set()


def test_the_api_the_widget_and_the_feeds_write_no_sql() -> None:
    known = {"BookingSession", "SQLAlchemyError"}
    written = [
        f"{name(path)}: {imported}"
        for path in files("*.py", rooms=["feeds", "graphql_api", "widget"])
        for module, imported in imports(path)
        if module.partition(".")[0] == "sqlalchemy" and imported not in known
    ]
    assert written == []


def test_the_widget_makes_no_html_from_text() -> None:
    scripts = files("*.js", rooms=["widget"])
    assert len(scripts) > 5
    assert [name(path) for path in scripts if HTML_FROM_TEXT.search(text(path))] == []


def test_each_dependency_has_its_reason() -> None:
    listed = dependency_lines()
    groups = tomllib.loads(text(HOUSE / "pyproject.toml"))["dependency-groups"]
    assert len(listed) == len(required()) > len(groups["dev"])
    assert [line for line, reason in listed.items() if not reason] == []


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["project"]),
        ("requirements-build.lock", ["build"]),
        ("requirements-dev.lock", ["project", "build", "dev"]),
    ],
)
def test_a_lock_holds_what_pyproject_asks_for(lock: str, groups: list[str]) -> None:
    pinned = dict(PINNED.findall(text(HOUSE / lock)))
    unmet = [
        str(requirement)
        for requirement in required(*groups)
        if not requirement.specifier.contains(pinned.get(requirement.name, "0"))
    ]
    assert unmet == []


def test_the_locks_agree() -> None:
    every = dict(PINNED.findall(text(HOUSE / "requirements-dev.lock")))
    for lock in ("requirements.lock", "requirements-build.lock"):
        assert dict(PINNED.findall(text(HOUSE / lock))).items() <= every.items()


def test_a_lock_names_versions_and_hashes_but_no_place() -> None:
    for lock in HOUSE.glob("requirements*.lock"):
        assert "--hash=sha256:" in text(lock)
        assert "://" not in text(lock)
    assert '"integrity": "sha512-' in text(HOUSE / "package-lock.json")
    assert '"resolved"' not in text(HOUSE / "package-lock.json")


def test_make_explains_every_target() -> None:
    makefile = text(HOUSE / "Makefile")
    phony = re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert "run" in phony
    assert explained == phony


def files(*patterns: str, rooms: Sequence[str] = ROOMS) -> list[Path]:
    return sorted(path for room in rooms for pattern in patterns for path in (HOUSE / room).rglob(pattern))


def text(path: Path) -> str:
    return path.read_text("utf-8")


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def mentioning(pattern: re.Pattern[str], *rooms: str) -> list[str]:
    return [name(path) for path in files("*.py", rooms=rooms) if pattern.search(text(path))]


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Each import as (module, name); the name is empty for a whole module."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def dependency_lines() -> dict[str, str | None]:
    """Each dependency of pyproject.toml with the comment behind it."""
    body = text(HOUSE / "pyproject.toml").partition("[tool.")[0]
    found = filter(None, map(DEPENDENCY.match, body.splitlines()))
    return {match["requirement"]: match["reason"] for match in found}


def required(*groups: str) -> list[Requirement]:
    """What pyproject.toml asks for in these groups, "project" among them; without groups, in all."""
    project = tomllib.loads(text(HOUSE / "pyproject.toml"))
    lists = {"project": project["project"]["dependencies"], **project["dependency-groups"]}
    return [Requirement(line) for group in groups or lists for line in lists[group]]
