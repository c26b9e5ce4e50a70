"""An app behind a real server, for tests that need a socket: a browser, a slow client."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def reserved_port(wished: int = 0) -> Iterator[int]:
    """A port of the loopback for another process; any free one if 0.

    It is bound here and does not listen: on Linux a program that asks for this very port can listen to it,
    nobody who asks for any port is given it, and meanwhile connections are refused. Elsewhere it is only
    found: bound, it would be kept from that program too.
    """
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", wished))
        port: int = reserved.getsockname()[1]
        if sys.platform != "linux":
            reserved.close()
        yield port


class _Server(uvicorn.Server):
    """Without signal handlers, which are pytest's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def live_server(app: ASGIApp, *, lifespan: Literal["on", "off"] = "on") -> AsyncIterator[str]:
    """The base URL, without a slash at its end; a free port of the loopback, chosen by the system."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = _Server(
            uvicorn.Config(
                app,
                log_level="warning",
                lifespan=lifespan,
                timeout_graceful_shutdown=1,
                server_header=False,
            )
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            # The socket listens already: an early request waits in its queue.
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
