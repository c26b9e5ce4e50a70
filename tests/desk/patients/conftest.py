"""The waiting list's own worker rests in these tests: they say when it looks."""

import pytest

from tests.booking.waiting_list.waiting_clinic import DAY


@pytest.fixture(autouse=True)
def resting_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booking.waiting_list.worker.FIRST_AFTER", DAY)
