"""SQL statements: compiled once for all tests; those that a block of a test sends, through any session."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from booking.storage.connection.sqlite_dialect import EventLoopDialect

COUNTING: ContextVar[list[str] | None] = ContextVar("COUNTING", default=None)
"""Set in the tasks of one test, so that the background work of a server is not counted."""


def share_compiled_statements() -> None:
    """Give the engines of a dialect one cache in this process, as the requests of a server have one.

    Each test opens engines of its own. To compile all statements anew took as long as the rest of a test.
    """
    for dialect in (EventLoopDialect, PGDialect_asyncpg):
        _share_compiled_statements(dialect)


def _share_compiled_statements(dialect: type[DefaultDialect]) -> None:
    cache: LRUCache[Any, Any] = LRUCache(5000)

    def engine_created(engine: Engine) -> None:
        engine._compiled_cache = cache

    dialect.engine_created = staticmethod(engine_created)  # type: ignore[method-assign]
    # The keys of the cache hold the dialect.
    dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


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
