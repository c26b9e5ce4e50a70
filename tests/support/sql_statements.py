"""The SQL statements that a stretch of a test needs, whoever sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

COUNTING: ContextVar[list[str] | None] = ContextVar("COUNTING", default=None)
"""Of this test's own tasks: what a server does beside, now and then, is not among them."""


@contextmanager
def sql_statements() -> Iterator[list[str]]:
    """Filled as they are sent; the beginnings of transactions are not among them."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if COUNTING.get() is sent and not statement.startswith("BEGIN"):
            sent.append(statement)

    before = COUNTING.set(sent)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        COUNTING.reset(before)
