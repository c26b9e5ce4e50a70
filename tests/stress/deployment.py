"""A deployment for scenarios: servers on one database, a client for each, and a tally of the answers."""

import statistics
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from graphql_api.types.relay import global_id, parse_global_id
from tests.stress.clinic import CLOSES, OPENS, STEP_MINUTES, clinic_file
from tests.stress.invariants import Violations, check_invariants, read_state
from tests.stress.servers import Server, running_servers
from tests.support.graphql_client import GraphQLClient, problem_types

RESPONSE_TIMEOUT_SECONDS = 60
CONNECTIONS = 60
"""To each server at once; a later request waits, and that wait is counted."""
IDLE_SECONDS = 2
"""Sooner than a server closes an idle connection, so that no request meets the closing."""
MAX_VIOLATIONS_SHOWN = 10

UNAVAILABLE = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)

ReportProgress = Callable[[str, int, int], None]
"""Called with a scenario's name, how much of it is done, and of how much."""


class Unavailable(Exception):
    """HTTP 503 of a server; of a proxy before it 502 and 504 too."""


@dataclass(frozen=True)
class Outcome:
    """A line of the table; `wrong` has a sentence for each thing that must not be."""

    scenario: str
    attempts: int
    successes: int
    refusals: int
    errors: int
    doubles: int
    losses: int
    p50_ms: float
    p99_ms: float
    note: str = ""
    wrong: Sequence[str] = ()


@dataclass(frozen=True)
class Deployment:
    """A partner for each server, in the servers' order, or for each proxy in front of them."""

    url: str
    servers: Sequence[Server]
    partners: Sequence[GraphQLClient]
    report_progress: ReportProgress
    first_day: date = field(default_factory=lambda: datetime.now(UTC).date() + timedelta(days=2))
    """The first of the days on which scenarios play: all of it is ahead, though midnight passes."""

    def starts(self, *, days: int = 1, minutes: int = STEP_MINUTES) -> list[datetime]:
        """Every time on the clinic's grid at which a visit of so many minutes can start."""
        step, times = timedelta(minutes=STEP_MINUTES), []
        for day in range(days):
            on = self.first_day + timedelta(days=day)
            at, end = (datetime.combine(on, clock, UTC) for clock in (OPENS, CLOSES))
            while at + timedelta(minutes=minutes) <= end:
                times.append(at)
                at += step
        return times


@asynccontextmanager
async def running_deployment(
    url: str,
    folder: Path,
    *,
    processes: int,
    ports: Sequence[int] = (),
    fronts: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    report_progress: ReportProgress = lambda _scenario, _done, _total: None,
) -> AsyncIterator[Deployment]:
    """For a database, whose tables are made if need be. The servers' logs are in the folder.

    Any free ports are used unless they are given; partners ask the servers unless proxies stand in `fronts`,
    by their addresses; `environment` is for the servers.
    """
    clinic = folder / "clinic.toml"
    clinic.write_text(clinic_file(), "utf-8")
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(
            running_servers(
                ports or [0] * processes, folder=folder, clinic=clinic, url=url, environment=environment
            )
        )
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=address,
                    timeout=RESPONSE_TIMEOUT_SECONDS,
                    limits=httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=IDLE_SECONDS),
                    event_hooks={"response": [_raise_unavailable]},
                )
            )
            for address in fronts or [server.base_url for server in servers]
        ]
        yield Deployment(url, servers, [GraphQLClient(client) for client in clients], report_progress)


async def _raise_unavailable(response: httpx.Response) -> None:
    if response.status_code in UNAVAILABLE:
        raise Unavailable


@dataclass
class Tally:
    """Counts the answers of a scenario, and records those that nobody should get."""

    scenario: str
    deployment: Deployment
    successes: int = 0
    refusals: int = 0
    errors: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    async def ask(
        self, request: Awaitable[dict[str, Any]], *, refusals_allowed: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """The payload of a mutation. None where it is neither a success nor a refusal of these kinds."""
        begun = time.perf_counter()
        try:
            payload = await request
        except (httpx.TransportError, Unavailable, AssertionError) as reason:
            self.fail(f"{type(reason).__name__}: {str(reason)[:200]}")
            return None
        finally:
            self.seconds.append(time.perf_counter() - begun)
        return self.count(payload, refusals_allowed=refusals_allowed)

    def count(
        self, payload: dict[str, Any], *, refusals_allowed: Collection[str] = ()
    ) -> dict[str, Any] | None:
        if not payload["problems"]:
            self.successes += 1
            return payload
        if not set(problem_types(payload)) <= set(refusals_allowed):
            self.fail(f"refused with {problem_types(payload)}: {payload['problems'][0]['message']}")
            return None
        self.refusals += 1
        if any(not problem.get("alternatives", True) for problem in payload["problems"]):
            self.wrong[f"{problem_types(payload)} without an alternative"] += 1
        return payload

    def fail(self, reason: str) -> None:
        self.errors += 1
        self.wrong[reason] += 1

    def check(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.wrong[otherwise] += 1

    def done(self, done: int, total: int) -> None:
        self.deployment.report_progress(self.scenario, done, total)

    async def close(self, *, note: str = "", **expected: Any) -> Outcome:
        """Check the invariants of this scenario's practitioners, once all is answered."""
        state = await read_state(self.deployment.url, of=self.scenario)
        return self.outcome(check_invariants(state, **expected), note=note)

    def outcome(self, violations: Violations, *, note: str = "") -> Outcome:
        wrong = [
            *(f"{times} times: {what}" for what, times in self.wrong.items()),
            *violations.all[:MAX_VIOLATIONS_SHOWN],
        ]
        if wrong:
            wrong += [
                f"a server said: {server.said[-2000:]}" for server in self.deployment.servers if server.said
            ]
        seconds = sorted(self.seconds) or [0.0]
        return Outcome(
            scenario=self.scenario,
            attempts=len(self.seconds),
            successes=self.successes,
            refusals=self.refusals,
            errors=self.errors,
            doubles=len(violations.doubles),
            losses=len(violations.losses),
            p50_ms=statistics.median(seconds) * 1000,
            p99_ms=seconds[int(len(seconds) * 0.99)] * 1000,
            note=note,
            wrong=wrong,
        )


def practitioner_id(slug: str) -> str:
    return global_id("Practitioner", slug)


def uuid_of(id: str) -> uuid.UUID:
    """Of a global id."""
    parts = parse_global_id(id)
    assert parts is not None, f"{id!r} is no id"
    return uuid.UUID(parts[1])
