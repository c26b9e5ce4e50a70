"""What tests are given: `database_url`, `database`, and a `page` in a real browser."""

import gc
import re
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.async_api import Browser, Page

from booking.storage.database import Database
from tests.support.browsers import fresh_page, running_browser
from tests.support.bundles import make_bundles
from tests.support.databases import (
    Postgres,
    keep_files_in_memory,
    open_database,
    running_postgres,
    sqlite_copy,
    sqlite_template,
)
from tests.support.site import Site, running_site
from tests.support.sql_statements import share_compiled_statements

# No deadline: speed is measured by `make bench`.
settings.register_profile("check", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None)
settings.load_profile("check")
share_compiled_statements()
keep_files_in_memory()
gc.disable()  # Until the tests begin: to search for garbage took a third of the time to collect them.

SCREENSHOTS = Path(__file__).parent.parent / "build" / "screenshots"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file, for what no other database makes different."""
    return sqlite_copy(migrated_sqlite, tmp_path)


@pytest.fixture
def postgresql_url(postgres: Postgres) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    with postgres.copy() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: the test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as running:
        yield running


@pytest.fixture
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page in a browser without a past; what it showed when the test failed is in build/screenshots."""
    async with fresh_page(browser) as fresh:
        yield fresh
        if request.node.stash.get(FAILED, False):
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            await fresh.screenshot(path=SCREENSHOTS / f"{_file_name(request.node.nodeid)}.png")


def pytest_sessionstart(session: pytest.Session) -> None:
    """A server starts with a bundle only. With several processes, the first one makes it for all."""
    if not hasattr(session.config, "workerinput"):
        make_bundles()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by what a test asks for, so that no mark can be forgotten: `make quick` leaves them out."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if {"browser", "firefox", "webkit", "tab"} & set(fixtures):
            item.add_marker(pytest.mark.browser)
        if "postgresql_url" in fixtures or "postgres" in fixtures:
            item.add_marker(pytest.mark.postgresql)


def pytest_collection_finish() -> None:
    gc.freeze()  # What is there now stays.
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def _file_name(node: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", node.removeprefix("tests/")).strip("-")


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url) as running:
        yield running


@pytest.fixture
async def any_site(database_url: str) -> AsyncIterator[Site]:
    """On SQLite, and on PostgreSQL."""
    async with running_site(database_url) as running:
        yield running
