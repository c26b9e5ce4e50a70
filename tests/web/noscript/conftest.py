"""A visitor whose browser runs no script, and the server where they book."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.browsers import TIMEOUT_MS
from tests.web.noscript.server import Server, running_server
from tests.web.noscript.visitor import NoscriptVisitor


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Server]:
    async with running_server(sqlite_url) as running:
        yield running


@pytest.fixture
async def any_server(database_url: str) -> AsyncIterator[Server]:
    """On SQLite, and on PostgreSQL."""
    async with running_server(database_url) as running:
        yield running


@pytest.fixture
async def visitor(browser: Browser) -> AsyncIterator[NoscriptVisitor]:
    context = await browser.new_context(
        java_script_enabled=False, locale="en-CA", timezone_id="Asia/Tokyo", accept_downloads=True
    )
    context.set_default_timeout(TIMEOUT_MS)
    yield NoscriptVisitor(await context.new_page())
    await context.close()
