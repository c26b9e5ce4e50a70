"""Firefox and WebKit, each test in a fresh one."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest

from tests.support.clinics import NOW
from tests.widget.other_browsers.firefox import Firefox, running_firefox
from tests.widget.other_browsers.tab import Tab
from tests.widget.other_browsers.webkit import WebKit, running_webkit, what_is_missing


@pytest.fixture
async def firefox() -> AsyncIterator[Firefox]:
    async with running_firefox(NOW) as running:
        yield running


@pytest.fixture
async def webkit() -> AsyncIterator[WebKit]:
    needs_webkit()
    async with running_webkit(NOW) as running:
        yield running


@pytest.fixture(params=["firefox", "webkit"])
async def tab(request: pytest.FixtureRequest) -> AsyncIterator[Tab]:
    if request.param == "webkit":
        needs_webkit()
    async with (running_webkit if request.param == "webkit" else running_firefox)(NOW) as running:
        yield running


def needs_webkit() -> None:
    if missing := what_is_missing():
        reason = f"no WebKit without {', '.join(missing)}: as root, `make setup-tests` installs it on Debian"
        (pytest.fail if os.environ.get("CI") and shutil.which("apt-get") else pytest.skip)(reason)
