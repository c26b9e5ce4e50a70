"""`make stress`: every scenario at its full size on both databases, with a table at the end."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.booking.notifications.mailbox import Mailbox, mailbox
from tests.stress.deployment import Deployment, Outcome, Tally, running_deployment
from tests.stress.invariants import Violations, check_invariants, read_state
from tests.stress.scenarios import mails
from tests.stress.scenarios.attacks import many_idle_connections, one_address_against_all
from tests.stress.scenarios.changes import everything_at_once
from tests.stress.scenarios.courses import courses
from tests.stress.scenarios.doors import public_doors
from tests.stress.scenarios.holds import any_practitioner, last_rooms, one_time, unequal
from tests.stress.scenarios.kills import kill
from tests.stress.scenarios.offers import offers
from tests.stress.scenarios.reminders import reminders
from tests.stress.scenarios.waiting_list import waiting_list
from tests.support.databases import running_postgres, sqlite_template

PROCESSES = 4
TIMEOUT_SECONDS = 900
"""For one scenario."""
OUTAGE_SECONDS = 45
"""Of the mail server: longer than what is in flight, and shorter than its third attempt is away."""
COLUMNS = "{:<11} {:<10} {:>8} {:>9} {:>8} {:>6} {:>7} {:>6} {:>7} {:>7}  {}"
HEADINGS = (
    *("scenario", "database", "attempts", "successes", "refusals"),
    *("errors", "doubles", "losses", "p50 ms", "p99 ms"),
)

Play = Callable[[Deployment, float, int, Mailbox], Awaitable[Outcome]]


def _at(scale: float, size: int) -> int:
    return max(round(scale * size), 2)


SCENARIOS: dict[str, Play] = {
    "one-time": lambda deployment, scale, _seed, _box: one_time(deployment, attempts=_at(scale, 500)),
    "unequal": lambda deployment, scale, seed, _box: unequal(
        deployment, attempts=_at(scale, 500), clients=32, seed=seed
    ),
    "anybody": lambda deployment, scale, _seed, _box: any_practitioner(
        deployment, attempts=_at(scale, 200), days=_at(scale, 6)
    ),
    "rooms": lambda deployment, scale, _seed, _box: last_rooms(deployment, attempts=_at(scale, 200)),
    "everything": lambda deployment, scale, seed, _box: everything_at_once(
        deployment, clients=24, steps=_at(scale, 50), seed=seed
    ),
    "courses": lambda deployment, scale, seed, _box: courses(
        deployment, clients=16, rounds=_at(scale, 30), seed=seed
    ),
    "kill": lambda deployment, scale, seed, box: kill(
        deployment,
        kills=_at(scale, 50),
        clients=12,
        seed=seed,
        final_check=mails.every_booking_is_mailed(box, until_sent=True),
    ),
    "reminders": lambda deployment, scale, seed, box: reminders(
        deployment,
        box,
        kills=_at(scale, 30),
        clients=12,
        seed=seed,
        outage_seconds=OUTAGE_SECONDS,
        until_sent=True,
    ),
    "waiting": lambda deployment, scale, _seed, _box: waiting_list(deployment, attempts=_at(scale, 500)),
    "offers": lambda deployment, scale, seed, box: offers(
        deployment, box, kills=_at(scale, 30), clients=12, seed=seed, until_sent=True
    ),
    "attack": lambda deployment, scale, _seed, _box: one_address_against_all(deployment, scale=scale),
    "idle": lambda deployment, _scale, _seed, _box: many_idle_connections(deployment),
    "doors": lambda deployment, scale, _seed, _box: public_doors(deployment, scale=scale),
}


def main() -> int:
    arguments = _parser().parse_args()
    # Whoever ends it in another way than Ctrl-C should find nothing left behind either.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: signal.raise_signal(signal.SIGINT))
    names = arguments.only or list(SCENARIOS)
    outcomes: list[tuple[str, Outcome]] = []
    try:
        for database in arguments.database or ("sqlite", "postgresql"):
            with _fresh(database) as (url, folder):
                run = Run(database, names, arguments.scale, arguments.seed, outcomes)
                asyncio.run(run.play(url, folder))
    except KeyboardInterrupt:
        return 130
    finally:
        _print_table(outcomes)
    return int(any(outcome.wrong for _, outcome in outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.stress", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="for all that is chosen at random")
    parser.add_argument("--scale", type=float, default=1.0, help="0.1 for a tenth of everything")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--only", action="append", choices=list(SCENARIOS), metavar="NAME")
    return parser


@contextmanager
def _fresh(database: str) -> Iterator[tuple[str, Path]]:
    """The URL of a migrated database, and a folder for what else is needed; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="book-online-stress-") as name:
        folder = Path(name)
        if database == "sqlite":
            yield f"sqlite:///{sqlite_template(folder)}", folder
        else:
            with running_postgres() as server, server.copy() as url:
                yield url, folder


@dataclass(frozen=True)
class Run:
    """What to play on which database, and where the outcomes go as they come."""

    database: str
    names: Sequence[str]
    scale: float
    seed: int
    outcomes: list[tuple[str, Outcome]]

    async def play(self, url: str, folder: Path) -> None:
        async with (
            mailbox() as box,
            running_deployment(
                url,
                folder,
                processes=PROCESSES,
                environment=mails.environment(box),
                report_progress=self._show,
            ) as deployment,
        ):
            for name in self.names:
                try:
                    async with asyncio.timeout(TIMEOUT_SECONDS):
                        self._note(await SCENARIOS[name](deployment, self.scale, self.seed, box))
                except TimeoutError:
                    late = Tally(name, deployment)
                    late.fail(f"took longer than {TIMEOUT_SECONDS} s")
                    self._note(late.outcome(Violations()))
            afterwards = Tally("afterwards", deployment)
        self._note(afterwards.outcome(check_invariants(await read_state(url))))

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append((self.database, outcome))
        _show_progress("")

    def _show(self, scenario: str, done: int, total: int) -> None:
        filled = "#" * (30 * done // total)
        _show_progress(f"{scenario:<11} {self.database:<10} [{filled:<30}] {done}/{total}")


def _show_progress(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _print_table(outcomes: Sequence[tuple[str, Outcome]]) -> None:
    lines = [COLUMNS.format(*HEADINGS, "note")]
    for database, it in outcomes:
        counts = (it.attempts, it.successes, it.refusals, it.errors, it.doubles, it.losses)
        times = (f"{it.p50_ms:.0f}", f"{it.p99_ms:.0f}")
        lines.append(COLUMNS.format(it.scenario, database, *counts, *times, it.note))
    lines += [
        f"WRONG: {it.scenario} on {database}: {wrong}" for database, it in outcomes for wrong in it.wrong
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
