"""BookingServer: uvicorn with bounded connections, and an orderly end.

SIGTERM: health checks hear 503 while all else is still served, then streams and connections end; the exit
status is 0.
SIGHUP: the clinic's file is loaded.
"""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from graphql_api.http.stopping import Stopping
from graphql_api.server.protocol import BoundedProtocol
from graphql_api.settings.service_manager import ServiceManager

log = logging.getLogger("book_online")

RESERVED_DESCRIPTORS = 384
"""For the database, files, mails and webhooks, and connections that come while others are being ended."""
MIN_CONNECTIONS, MAX_CONNECTIONS = 16, 8_192
BACKLOG = 256
"""Connections that wait to be accepted, all at once at most."""
TICKS_PER_SECOND = 10
MAX_MONITORS = 32
"""Connections to the monitoring port."""
LAST_ANSWER = (b"connection", b"close")
"""In each answer of a server that drains: the client's next request goes to another server."""


class _BoundedServer(uvicorn.Server):
    """Ends connections whose clients take too long."""

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_SECOND == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, BoundedProtocol) and connection.is_late(now):
                    connection.end()
        return await super().on_tick(counter)


class MonitoringServer(_BoundedServer):
    """Answers on the monitoring port, in the process and the event loop of the server that it tells of."""

    def __init__(self, app: ASGIApp, sockets: Sequence[socket]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(BoundedProtocol, max_connections=MAX_MONITORS),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._sockets = list(sockets)
        self._running: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the main server."""
        yield

    def begin(self) -> None:
        self._running = asyncio.create_task(self.serve(self._sockets))

    async def end(self) -> None:
        self.should_exit = True
        if self._running:
            await self._running


class BookingServer(_BoundedServer):
    def __init__(
        self,
        config: uvicorn.Config,
        stopping: Stopping,
        *,
        monitoring: MonitoringServer | None,
        drain_seconds: float,
        stop_seconds: float,
        reload_clinic: Callable[[], None],
        on_started: Callable[[], None],
        service_manager: ServiceManager,
    ) -> None:
        """`reload_clinic` runs in a thread; `on_started` is called when connections are accepted."""
        super().__init__(config)
        self._stopping = stopping
        self._monitoring = monitoring
        self._drain_seconds = drain_seconds
        self._stop_seconds = stop_seconds
        self._reload_clinic = reload_clinic
        self._on_started = on_started
        self._service_manager = service_manager
        self._stop_at: float | None = None
        self._reported_at = time.monotonic()
        self._reloads: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if hasattr(signal, "SIGHUP"):
                asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._on_hangup)
            if self._monitoring:
                self._monitoring.begin()
            self._on_started()
            self._service_manager.notify("READY=1")

    async def on_tick(self, counter: int) -> bool:
        self._report_to_watchdog()
        if self._stop_at is not None:
            if LAST_ANSWER not in self.config.encoded_headers:
                self.config.encoded_headers.append(LAST_ANSWER)
                self.server_state.default_headers = [*self.server_state.default_headers, LAST_ANSWER]
                self._service_manager.notify("STOPPING=1")
            if time.monotonic() >= self._stop_at:
                self.should_exit = True
        return await super().on_tick(counter)

    def _report_to_watchdog(self) -> None:
        """Say that the event loop goes on, three times in the time that the watchdog allows."""
        allowed = self._service_manager.watchdog_seconds
        if allowed and time.monotonic() - self._reported_at > allowed / 3:
            self._reported_at = time.monotonic()
            self._service_manager.notify("WATCHDOG=1")

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        log.info("stopping")
        self._stopping.is_draining = True
        self._stopping.streams.set()
        if self._monitoring:  # Before the database is closed.
            await self._monitoring.end()
        await super().shutdown(sockets)
        log.info("stopped")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first SIGTERM; stop at once at a second one, or at Ctrl-C."""
        if self._stop_at is None and hasattr(signal, "alarm"):
            # The end even if a thread never returns: a mail server may be silent.
            signal.alarm(int(self._stop_seconds) + 1)
        if sig == signal.SIGTERM and self._stop_at is None:
            self._stopping.is_draining = True
            self._stop_at = time.monotonic() + self._drain_seconds
            return
        if self._stop_at is not None or self.should_exit:
            self.force_exit = True
        self._stop_at = 0.0
        super().handle_exit(sig, frame)

    def _on_hangup(self) -> None:
        task = asyncio.create_task(asyncio.to_thread(self._reload_clinic))
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)


def max_connections() -> int:
    """The connections that may be open: as many as there are descriptors for, beside all else.

    The soft limit is raised to the hard one, which is the operator's.
    """
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + RESERVED_DESCRIPTORS
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(min(MAX_CONNECTIONS, soft - RESERVED_DESCRIPTORS), MIN_CONNECTIONS)
