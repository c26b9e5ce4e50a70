"""Requests to a server without a pause, and those of them that failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

QUERY = {"query": "{ clinic { name } }"}
PATIENCE_SECONDS = 60


@dataclass
class Load:
    answered: int = 0
    clients: list[asyncio.Task[None]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    ended: bool = False

    async def grows(self, by: int = 50) -> None:
        """Return once so many more requests are answered."""
        wanted = self.answered + by
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.answered < wanted and not self.failures:  # noqa: ASYNC110  (other processes)
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        """Return once each client has its answer. (Cancelled in a TLS handshake, it leaves a socket open.)"""
        self.ended = True
        await asyncio.gather(*self.clients)

    async def ask(self, http: httpx.AsyncClient) -> None:
        try:
            answer = await http.post("/graphql", json=QUERY)
        except httpx.HTTPError as failure:
            self.failures.append(repr(failure))
        else:
            if answer.status_code == 200:
                self.answered += 1
            else:
                self.failures.append(f"{answer.status_code} {answer.text}")


@asynccontextmanager
async def constant_load(url: str, **options: Any) -> AsyncIterator[Load]:
    """Clients that keep their connection, and clients that open one for each request; `options` of httpx."""
    load = Load()

    async def keeping() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, **options) as http:
            while not load.ended:
                await load.ask(http)

    async def opening() -> None:
        while not load.ended:
            async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, **options) as http:
                await load.ask(http)

    load.clients += [asyncio.create_task(client()) for client in (keeping, keeping, opening, opening)]
    try:
        yield load
    finally:
        await load.end()
