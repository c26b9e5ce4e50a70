"""What tests of the booking rooms are given besides a database."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from booking.storage.database import Database


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Every SQL statement that the database is sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
