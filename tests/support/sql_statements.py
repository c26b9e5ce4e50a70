"""The SQL statements that a block of a test sends, through any session."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

COUNTING: ContextVar[list[str] | None] = ContextVar("COUNTING", default=None)
"""Set in the tasks of one test, so that the background work of a server is not counted."""


@contextmanager
def sql_statements() -> Iterator[list[str]]:
    """A list that grows with each statement, except those that begin transactions."""
    sent: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if COUNTING.get() is sent and not statement.startswith("BEGIN"):
            sent.append(statement)

    before = COUNTING.set(sent)
    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", record)
        COUNTING.reset(before)
