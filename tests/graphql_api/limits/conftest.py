"""A clock of limits that stands: no point comes back while a slow machine answers."""

from types import SimpleNamespace

import pytest

from graphql_api.limits import rate_limiting


@pytest.fixture(autouse=True)
def standing_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limiting, "time", SimpleNamespace(monotonic=lambda: 0.0))
