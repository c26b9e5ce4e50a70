"""The conventions that no other tool checks."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGES = ("book_online", "booking", "desk", "feeds", "graphql_api", "rendering", "web")
FOLDERS = (*PACKAGES, "widget", "tests")

MAX_LINES = 300
MAX_ENTRIES = 14
CROWDED: dict[str, str] = {
    "tests": "the same rooms",
    "booking": "a room for each concept of the field",
    "tests/booking": "the same rooms",
    "booking/storage/migrations/versions": "a file for each revision, for ever",
}
"""Folders with more entries than MAX_ENTRIES, each with its reason."""

NAMELESS = {
    *("answers", "common", "guests", "helpers", "keep", "kept", "look", "misc", "news", "once"),
    *("place", "plain", "say", "strangers", "tell", "unusable", "utils", "who", "words"),
}
"""Pronouns, adverbs, metaphors and drawers: nothing is found by such a name."""

INVISIBLE = {"__pycache__", "node_modules"}
UNCOUNTED = {"__init__.py", "py.typed"}

ENVIRONMENT = re.compile(r"\benviron\b|\bgetenv\b")
CLOCK = re.compile(
    r"\bdatetime\.now\(|\butcnow\(|\bdate\.today\(|\btime\.time\(|\bfunc\.now\(|CURRENT_TIMESTAMP"
)
HTML_FROM_TEXT = re.compile(
    r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\("
)
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
DEPENDENCY = re.compile(r'^    "(?P<requirement>[^"]+)",(?P<reason> *# .+)?$')


def test_files_are_short() -> None:
    lines = {name(path): len(text(path).splitlines()) for path in files("*.py", "*.js", "*.css")}
    assert len(lines) > 20
    assert [path for path, count in lines.items() if count > MAX_LINES] == []


def test_a_folder_has_few_entries() -> None:
    entries = {folder: count for folder, count in entries_by_folder().items() if count > MAX_ENTRIES}
    assert entries.keys() == CROWDED.keys(), entries


def test_a_module_is_named_by_its_subject() -> None:
    assert [name(path) for path in files("*.py", "*.js", "*.css") if path.stem in NAMELESS] == []


def test_a_module_opens_with_a_docstring() -> None:
    silent = [
        name(path) for path in files("*.py") if text(path) and not ast.get_docstring(ast.parse(text(path)))
    ]
    assert silent == []


def test_a_package_re_exports_nothing() -> None:
    filled = [name(path) for path in files("__init__.py") if text(path)]
    # These export nothing either. The first finds packages of ours that a folder of the author's hides, the
    # second chooses the zone data before any module of the package reads a zone, the third defines settings.
    own = ["book_online/__init__.py", "booking/__init__.py", "graphql_api/settings/__init__.py"]
    assert filled == own


def test_only_settings_reads_the_environment() -> None:
    own = ["__init__.py", "service_manager.py"]
    assert mentioning(ENVIRONMENT, *PACKAGES) == [f"graphql_api/settings/{file}" for file in own]


def test_only_the_app_reads_the_clock() -> None:
    assert mentioning(CLOCK, *PACKAGES) == ["graphql_api/app.py"]


def test_the_arithmetic_of_time_needs_nothing_but_python() -> None:
    imported = {module for path in files("*.py", folders=["booking/timegrid"]) for module, _ in imports(path)}
    third_party = {module for module in imported if module.partition(".")[0] not in sys.stdlib_module_names}
    assert imported
    # Besides data: the public holidays, and the release of the time zones.
    others = {module for module in third_party if not module.startswith("booking.timegrid")}
    assert others == {"holidays", "tzdata"}


def test_the_api_the_pages_and_the_feeds_write_no_sql() -> None:
    known = {"BookingSession", "SQLAlchemyError"}
    written = [
        f"{name(path)}: {imported}"
        for path in files("*.py", folders=["desk", "feeds", "graphql_api", "rendering", "web"])
        for module, imported in imports(path)
        if module.partition(".")[0] == "sqlalchemy" and imported not in known
    ]
    assert written == []


def test_the_widget_makes_no_html_from_text() -> None:
    scripts = files("*.js", folders=["desk", "widget"])
    assert len(scripts) > 5
    assert [name(path) for path in scripts if HTML_FROM_TEXT.search(text(path))] == []


def test_each_dependency_has_its_reason() -> None:
    listed = dependency_lines()
    groups = tomllib.loads(text(ROOT / "pyproject.toml"))["dependency-groups"]
    assert len(listed) == len(required()) > len(groups["dev"])
    assert [line for line, reason in listed.items() if not reason] == []


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["project"]),
        ("requirements-build.lock", ["build"]),
        ("requirements-release.lock", ["release"]),
        ("requirements-dev.lock", ["project", "build", "dev"]),
    ],
)
def test_a_lock_meets_the_requirements_of_pyproject(lock: str, groups: list[str]) -> None:
    pinned = dict(PINNED.findall(text(ROOT / lock)))
    unmet = [
        str(requirement)
        for requirement in required(*groups)
        if not requirement.specifier.contains(pinned.get(requirement.name, "0"))
    ]
    assert unmet == []


def test_the_locks_agree() -> None:
    every = dict(PINNED.findall(text(ROOT / "requirements-dev.lock")))
    for lock in ("requirements.lock", "requirements-build.lock"):
        assert dict(PINNED.findall(text(ROOT / lock))).items() <= every.items()


def test_a_lock_names_versions_and_hashes_but_no_registry() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "--hash=sha256:" in text(lock)
        assert "://" not in text(lock)
    assert '"integrity": "sha512-' in text(ROOT / "package-lock.json")
    assert '"resolved"' not in text(ROOT / "package-lock.json")


def test_make_explains_every_target() -> None:
    makefile = text(ROOT / "Makefile")
    phony = re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert "run" in phony
    assert explained == phony


def files(*patterns: str, folders: Sequence[str] = FOLDERS) -> list[Path]:
    return sorted(
        path for folder in folders for pattern in patterns for path in (ROOT / folder).rglob(pattern)
    )


def entries_by_folder() -> dict[str, int]:
    """How many modules and folders are in each folder of ours, without what Python asks for."""
    here = {path for path in files("*") if path.is_file() and not INVISIBLE & set(path.parts)}
    # Of the files alone: a folder that was renamed may stay behind with its byte code.
    folders = {folder for path in here for folder in path.parents if ROOT in folder.parents}
    listed = here | folders
    return {
        name(folder): sum(path.parent == folder and path.name not in UNCOUNTED for path in listed)
        for folder in folders
    }


def text(path: Path) -> str:
    return path.read_text("utf-8")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def mentioning(pattern: re.Pattern[str], *folders: str) -> list[str]:
    return [name(path) for path in files("*.py", folders=folders) if pattern.search(text(path))]


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Each import as (module, name); the name is empty for a whole module."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def dependency_lines() -> dict[str, str | None]:
    """Each dependency of pyproject.toml with the comment behind it."""
    project = text(ROOT / "pyproject.toml").partition("[tool.")[0]
    lines = project.partition("\ndependencies = [")[2].splitlines()
    return {line["requirement"]: line["reason"] for line in filter(None, map(DEPENDENCY.match, lines))}


def required(*groups: str) -> list[Requirement]:
    """What pyproject.toml asks for in these groups, "project" among them; without groups, in all."""
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    lists = {"project": project["project"]["dependencies"], **project["dependency-groups"]}
    return [Requirement(line) for group in groups or lists for line in lists[group]]
