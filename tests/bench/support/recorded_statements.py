"""SQL statements of a booking, recorded once and replayed without our code: by the driver, or by pgbench.

Values that are unique (ids, secrets, ticks) are renewed for each replay."""

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
"""Beyond all ticks that the measurement of ours books."""


@dataclass(frozen=True)
class RecordedStatement:
    """A statement with its rows of parameters, several if it is run for `many`."""

    sql: str
    rows: list[tuple[Any, ...]]
    many: bool

    @property
    def is_write(self) -> bool:
        return self.sql.startswith(("INSERT", "UPDATE", "DELETE"))

    def renewed_rows(self, number: int) -> list[tuple[Any, ...]]:
        return [tuple(_renewed(value, number) for value in row) for row in self.rows]

    def for_pgbench(self) -> str:
        texts = []
        for row in self.rows:
            values = [_expression(value) for value in row]
            text = PARAMETER.sub(lambda match: values[int(match[1]) - 1], self.sql)  # noqa: B023
            texts.append(" ".join(text.split()) + ";")
        return "\n".join(["\\startpipeline", *texts, "\\endpipeline"] if self.many else texts)


@contextmanager
def recorded(engine: AsyncEngine) -> Iterator[list[RecordedStatement]]:
    sent: list[RecordedStatement] = []

    def record(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(
                RecordedStatement(
                    statement, [tuple(row) for row in (parameters if many else [parameters])], many
                )
            )

    event.listen(engine.sync_engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", record)


def pgbench_script(transactions: list[list[RecordedStatement]]) -> str:
    lines = ["\\set n random(1, 1000000000)"]
    for statements in transactions:
        lines += ["BEGIN;", *(statement.for_pgbench() for statement in statements), "COMMIT;"]
    return "\n".join(lines) + "\n"


def _renewed(value: Any, number: int) -> Any:
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
