"""Server processes on the loopback: started, killed and stopped by their process ids."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx

from booking.encryption.key_file import KeyFile
from graphql_api.settings import Settings
from tests.support.live_server import reserved_port

REPOSITORY = Path(__file__).parent.parent.parent
SERVE = ("graphql_api.cli.main", "serve")
READY_SECONDS = 60
STOPPED_SECONDS = 20


class NotReady(Exception):
    """A server ended or stayed silent instead of getting ready; with what it said."""


class Server:
    """One process at a time, always at the same address. What all of them say on stderr is kept."""

    def __init__(
        self, log: Path, environment: Mapping[str, str], module: Sequence[str] = SERVE, *, port: int = 0
    ) -> None:
        """`module` with its arguments, as behind `python -m`; it is told its `--port`, any free one if 0."""
        self._log = log
        self._module = module
        self._environment = environment
        self._process: Process | None = None
        self._reservation = ExitStack()  # Also while the server is down.
        self.port = self._reservation.enter_context(reserved_port(port))

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    async def start(self) -> None:
        """Refuses with NotReady."""
        with self._log.open("ab") as log:
            self._process = await create_subprocess_exec(
                *(sys.executable, "-m", *self._module, "--port", str(self.port)),
                cwd=self._log.parent,
                env=self._environment,
                stdout=DEVNULL,
                stderr=log,
            )
        try:
            async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(base_url=self.base_url) as client:
                while not await _is_ready(client):
                    if self._process.returncode is not None:
                        raise NotReady(f"a server ended with {self._process.returncode}:\n{self.said}")
                    await asyncio.sleep(0.05)
        except TimeoutError as silent:
            raise NotReady(f"a server did not get ready:\n{self.said}") from silent

    async def kill(self) -> None:
        """In the middle of whatever it does."""
        assert self._process is not None, "it was never started"
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """After what it does; at once if it was stopped before, or never started."""
        self._reservation.close()
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOPPED_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@asynccontextmanager
async def running_servers(
    ports: Sequence[int],
    *,
    folder: Path,
    clinic: Path,
    url: str,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[list[Server]]:
    """One at each port, any free one if 0: all ready, on one database, and none left behind.

    Their logs are in the folder.
    """
    environment = {**environment_for(url, clinic), **(environment or {})}
    servers = [
        Server(folder / f"server-{place}.log", environment, port=port) for place, port in enumerate(ports, 1)
    ]
    try:
        async with asyncio.TaskGroup() as starting:
            for server in servers:
                starting.create_task(server.start())
        yield servers
    finally:
        await asyncio.gather(*(server.stop() for server in servers))


def environment_for(url: str, clinic: Path) -> dict[str, str]:
    """All that a server is told, and nothing that happens to be set here. Its key file is made."""
    key_file = KeyFile(Settings(url).key_encryption_file.path.absolute())
    key_file.make()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOOK_ONLINE_")}
    return inherited | {
        "DATABASE_URL": url,
        "BOOK_ONLINE_KEY_FILE": str(key_file.path),
        "BOOK_ONLINE_CLINIC_FILE": str(clinic),
        "BOOK_ONLINE_MODE": "production",
        "BOOK_ONLINE_SITE": "https://book.clinic.example",
        "BOOK_ONLINE_DRAIN_SECONDS": "1",
        "BOOK_ONLINE_HOLDS_PER_CLIENT": "100000",
        "BOOK_ONLINE_POINTS_PER_CLIENT": "1000000000",
        "BOOK_ONLINE_BOOKINGS_PER_CLIENT": "100000000",
        "PYTHONPATH": str(REPOSITORY),
    }
