"""An HTTP client of an ASGI app without a socket; the app is started and stopped as a server would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp


@asynccontextmanager
async def asgi_client(app: ASGIApp, *, address: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60) as running:
        transport = httpx.ASGITransport(running.app, client=(address, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://clinic.example") as client:
            yield client
