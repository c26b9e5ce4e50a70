"""What a booking sends to the database, recorded once, to be sent again without us: by the bare driver,
or by pgbench. What must be new each time (ids, secrets, ticks) is made new."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from booking.timegrid.ticks import DAY, ticks_in

REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
HEX = re.compile(r"[0-9a-f]{32}")
PARAMETER = re.compile(r"\$(\d+)")
LEAST_TICK = 1_000_000
APART = ticks_in(DAY)
BEYOND = 1000 * APART
"""Where nobody who measures us books."""


@dataclass(frozen=True)
class Sent:
    """A statement with its parameters; `many` has a row of them for each time."""

    statement: str
    rows: list[tuple[Any, ...]]
    many: bool

    @property
    def is_write(self) -> bool:
        return self.statement.startswith(("INSERT", "UPDATE", "DELETE"))

    def again(self, number: int) -> list[tuple[Any, ...]]:
        """The rows, made new."""
        return [tuple(_new(value, number) for value in row) for row in self.rows]

    def for_pgbench(self) -> str:
        texts = []
        for row in self.rows:
            values = [_expression(value) for value in row]
            text = PARAMETER.sub(lambda found: values[int(found[1]) - 1], self.statement)  # noqa: B023
            texts.append(" ".join(text.split()) + ";")
        return "\n".join(["\\startpipeline", *texts, "\\endpipeline"] if self.many else texts)


@contextmanager
def recorded(engine: AsyncEngine) -> Iterator[list[Sent]]:
    sent: list[Sent] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(Sent(statement, [tuple(row) for row in (given if many else [given])], many))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


def pgbench_script(transactions: list[list[Sent]]) -> str:
    lines = ["\\set n random(1, 1000000000)"]
    for sent in transactions:
        lines += ["BEGIN;", *(one.for_pgbench() for one in sent), "COMMIT;"]
    return "\n".join(lines) + "\n"


def _new(value: Any, number: int) -> Any:
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(bytes(value) + str(number).encode()).digest()
    seed = f"{value} {number}".encode()
    if isinstance(value, UUID):
        return UUID(hashlib.md5(seed).hexdigest())
    if isinstance(value, str) and (HEX.fullmatch(value) or REFERENCE.fullmatch(value)):
        return hashlib.md5(seed).hexdigest()[: len(value)]
    if isinstance(value, int) and value > LEAST_TICK:
        return value + BEYOND + number * APART
    return value


def _expression(value: Any) -> str:
    if isinstance(value, UUID):
        return f"md5('{value}' || :n::text)::uuid"
    if isinstance(value, bytes):
        return f"sha256(('{value.hex()}' || :n::text)::bytea)"
    if isinstance(value, str) and REFERENCE.fullmatch(value):
        return f"substr(md5('{value}' || :n::text), 1, 9)"
    if isinstance(value, int):
        return f"({value + BEYOND} + :n::bigint * {APART})" if value > LEAST_TICK else str(value)
    if value is None:
        return "NULL"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text.replace("'", "''") + "'"
