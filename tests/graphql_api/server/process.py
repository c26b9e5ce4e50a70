"""`book-online serve` as a process, and raw connections to it."""

import asyncio
import os
import signal
import socket
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.clinics import open_on_any_day

SERVE = (sys.executable, "-m", "graphql_api.cli.main", "serve", "--port", "0")
START_SECONDS = 60
OPEN = open_on_any_day()
AS_BY_SYSTEMD = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[2], sys.argv[2:])"""
"""A script that hands the socket of a descriptor to the command that follows."""


@dataclass
class ServerProcess:
    process: Process
    port: int
    clinic_file: Path
    printed: str
    """What it printed before it was ready."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connect(self) -> tuple[StreamReader, StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def exchange(self, *parts: bytes, pause: float = 0) -> bytes:
        """All that the server answers to these bytes until it ends the connection."""
        reader, writer = await self.connect()
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        answer = b""
        with suppress(ConnectionError):
            async with asyncio.timeout(20):
                answer = await reader.read()
        writer.close()
        return answer

    async def status(self, path: str) -> int:
        async with httpx.AsyncClient(base_url=self.url, timeout=10) as http:
            return (await http.get(path)).status_code

    @property
    def monitoring_url(self) -> str:
        """Of a server that has a monitoring port."""
        return self.printed.partition("Metrics ")[2].partition("/metrics")[0].strip()

    async def is_draining(self) -> None:
        """Return as soon as it says so."""
        async with asyncio.timeout(START_SECONDS):
            while await self.status("/readyz") == 200:  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.05)

    def memory(self) -> int:
        """Resident bytes of the process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


def running_server(
    folder: Path, *options: str, clinic: str = OPEN, **environment: str
) -> AbstractAsyncContextManager[ServerProcess]:
    """With these options; what it logs is in the folder's file `log`."""
    return _running([*SERVE, *options], folder, clinic, environment)


def running_server_on(
    listening: socket.socket, folder: Path, **environment: str
) -> AbstractAsyncContextManager[ServerProcess]:
    """One that is given the socket as systemd would."""
    descriptor = listening.fileno()
    command = [sys.executable, "-c", AS_BY_SYSTEMD, str(descriptor), *SERVE]
    return _running(command, folder, OPEN, environment, descriptor)


@asynccontextmanager
async def _running(
    command: list[str], folder: Path, clinic: str, environment: dict[str, str], *descriptors: int
) -> AsyncIterator[ServerProcess]:
    clinic_file = folder / "clinic.toml"
    clinic_file.write_text(clinic, "utf-8")
    (folder / "log").touch()
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **environment},
            stdout=PIPE,
            stderr=log,
            pass_fds=descriptors,
        )
        assert process.stdout
        try:
            async with asyncio.timeout(START_SECONDS):
                lines = [b""]
                while b"Hosted booking page" not in lines[-1]:
                    lines.append(await process.stdout.readline())
                    assert lines[-1], (folder / "log").read_text()
            port = int(lines[-1].rsplit(b":", 1)[1].split(b"/")[0])
            yield ServerProcess(process, port, clinic_file, b"".join(lines).decode())
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
