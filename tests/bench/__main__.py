"""`make bench`: each row is a figure of ours beside that of a baseline, measured in one run."""

import argparse
import asyncio
import gc
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench import (
    booking,
    contention,
    desk_day,
    encryption,
    growth,
    open_slots,
    search,
    timegrid,
)
from tests.bench.server import backup, process
from tests.bench.support.machine import machine
from tests.bench.support.measure import Row
from tests.support.databases import Postgres, running_postgres, sqlite_copy, sqlite_template

COLUMNS = "{:<44} {:>8} {:>8}  {:<4} {:>10} {:>10}  {}"


@dataclass(frozen=True)
class Bench:
    """Fresh, migrated databases, and the sizes of the measurements."""

    folder: Path
    template: Path
    postgres: Postgres
    history: int
    requests: int

    def sqlite(self) -> tuple[str, Path]:
        """The URL of a fresh database, and its folder."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        return sqlite_copy(self.template, folder), folder

    async def slots(self) -> AsyncIterator[Row]:
        url, folder = self.sqlite()
        async for row in _slots(url, folder, "SQLite"):
            yield row
        with self.postgres.copy() as url:
            async for row in _slots(url, Path(tempfile.mkdtemp(dir=self.folder)), "PostgreSQL"):
                yield row

    async def timegrid(self) -> AsyncIterator[Row]:
        for row in await timegrid.practitioner_day():
            yield row
        yield await timegrid.two_months()

    async def booking(self) -> AsyncIterator[Row]:
        for row in await booking.on_sqlite(self.sqlite()[0]):
            yield row
        with self.postgres.copy() as url:
            for row in await booking.on_postgresql(self.postgres, url):
                yield row

    async def encryption(self) -> AsyncIterator[Row]:
        yield await encryption.cost(self.sqlite()[0], self.sqlite()[0], "SQLite")
        with self.postgres.copy() as encrypted, self.postgres.copy() as plain:
            yield await encryption.cost(encrypted, plain, "PostgreSQL")

    async def contention(self) -> AsyncIterator[Row]:
        yield await contention.refusal(self.sqlite()[0], "SQLite")
        with self.postgres.copy() as url:
            yield await contention.refusal(url, "PostgreSQL")

    async def growth(self) -> AsyncIterator[Row]:
        yield await growth.with_practitioner_days(self.sqlite()[0])
        for row in await growth.with_history(self.sqlite()[0], self.sqlite()[0], "SQLite", self.history):
            yield row
        with self.postgres.copy() as new, self.postgres.copy() as old:
            for row in await growth.with_history(new, old, "PostgreSQL", self.history):
                yield row

    async def calendars(self) -> AsyncIterator[Row]:
        yield await growth.with_busy_calendars(self.sqlite()[0], self.sqlite()[0], "SQLite")
        with self.postgres.copy() as busy, self.postgres.copy() as free:
            yield await growth.with_busy_calendars(busy, free, "PostgreSQL")

    async def desk(self) -> AsyncIterator[Row]:
        yield await desk_day.page(self.sqlite()[0], "SQLite")
        with self.postgres.copy() as url:
            yield await desk_day.page(url, "PostgreSQL")

    async def search(self) -> AsyncIterator[Row]:
        for row in await search.slowest(self.sqlite()[0], "SQLite", self.history):
            yield row
        with self.postgres.copy() as url:
            for row in await search.slowest(url, "PostgreSQL", self.history):
                yield row

    async def backup(self) -> AsyncIterator[Row]:
        for row in await backup.under_load(*self.sqlite(), "SQLite", self.history):
            yield row
        with self.postgres.copy() as url:
            folder = Path(tempfile.mkdtemp(dir=self.folder))
            for row in await backup.under_load(url, folder, "PostgreSQL", self.history):
                yield row

    async def memory(self) -> AsyncIterator[Row]:
        for row in await process.memory(*self.sqlite(), self.requests):
            yield row

    async def start(self) -> AsyncIterator[Row]:
        yield await process.start(*self.sqlite())


BENCHES: dict[str, Callable[[Bench], AsyncIterator[Row]]] = {
    "slots": Bench.slots,
    "timegrid": Bench.timegrid,
    "booking": Bench.booking,
    "encryption": Bench.encryption,
    "contention": Bench.contention,
    "growth": Bench.growth,
    "calendars": Bench.calendars,
    "desk": Bench.desk,
    "search": Bench.search,
    "backup": Bench.backup,
    "memory": Bench.memory,
    "start": Bench.start,
}


async def _slots(url: str, folder: Path, database: str) -> AsyncIterator[Row]:
    async with open_slots.running(url, folder) as ours:
        yield await open_slots.repeated(ours, database)
        yield await open_slots.after_a_booking(ours, database)


def main() -> int:
    arguments = _parser().parse_args()
    # SIGTERM cleans up like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: signal.raise_signal(signal.SIGINT))
    gc.freeze()  # as `book-online serve` does: imported modules are not scanned again and again
    sys.stdout.write(f"{machine()}\n\n")
    _print("work", "goal", "ratio", "", "ours", "theirs", "measured against")
    try:
        with (
            _bench(arguments.history, arguments.requests) as bench,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(_print_rows(bench, arguments.only or list(BENCHES)))
    except KeyboardInterrupt:
        return 130
    return 0


async def _print_rows(bench: Bench, names: list[str]) -> None:
    for name in names:
        async for row in BENCHES[name](bench):
            verdict = ("pass" if row.is_met else "MISS") if row.goal else ""
            _print(row.work, row.goal, row.ratio, verdict, row.ours, row.theirs, row.pair)


@contextmanager
def _bench(history: int, requests: int) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="book-online-bench-") as folder, running_postgres() as postgres:
        postgres.be_durable()
        yield Bench(Path(folder), sqlite_template(Path(folder)), postgres, history, requests)


def _print(*cells: str) -> None:
    sys.stdout.write(COLUMNS.format(*cells).rstrip() + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(BENCHES), metavar="NAME")
    parser.add_argument("--history", type=int, default=100_000, help="how many past appointments")
    parser.add_argument("--requests", type=int, default=20_000, help="how many until memory is read")
    return parser


if __name__ == "__main__":
    sys.exit(main())
