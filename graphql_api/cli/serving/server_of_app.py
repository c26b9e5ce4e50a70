"""The application on its sockets: in this process, or in workers of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from socket import socket

import uvicorn
from starlette.applications import Starlette

from graphql_api.server.protocol import TIME_LIMITS, BoundedProtocol, Phase
from graphql_api.server.server import BACKLOG, BookingServer, MonitoringServer, max_connections
from graphql_api.server.tracing import tracing_to
from graphql_api.server.workers import Workers
from graphql_api.settings import Settings
from graphql_api.settings.service_manager import ServiceManager


@dataclass(frozen=True)
class ServerOfApp:
    app: Starlette
    settings: Settings
    sockets: Sequence[socket]
    service_manager: ServiceManager

    def run(
        self,
        monitoring: Sequence[socket] | None,
        *,
        reload: Callable[[], None],
        on_started: Callable[[], None],
    ) -> None:
        """Serve until a signal ends it, with `monitoring` as the sockets of the monitoring port."""
        settings = self.settings
        config = uvicorn.Config(
            self.app,
            http=partial(BoundedProtocol, max_connections=max_connections()),  # type: ignore[arg-type]
            ws="none",
            backlog=BACKLOG,
            log_config=None,
            log_level="warning",
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=int(TIME_LIMITS[Phase.IDLE]),
            timeout_graceful_shutdown=max(settings.stop_seconds - settings.drain_seconds, 1),
            access_log=False,  # A log of who asked for what, when, is health data.
            server_header=False,
        )
        server = BookingServer(
            config,
            self.app.state.stopping,
            monitoring=MonitoringServer(self.app.state.monitoring.app(), monitoring) if monitoring else None,
            drain_seconds=settings.drain_seconds,
            stop_seconds=settings.stop_seconds,
            reload_clinic=reload,
            on_started=on_started,
            service_manager=self.service_manager,
        )
        with tracing_to(settings.otlp):
            server.run(list(self.sockets))

    def run_workers(
        self,
        count: int,
        monitoring: Sequence[Sequence[socket]],
        *,
        reload: Callable[[], None],
        on_started: Callable[[], None],
    ) -> None:
        """Serve in so many processes until a signal ends them; `monitoring` has the sockets of each.

        Raises:
            WorkersFailed: they could not begin, or did not end in time.
        """
        unheard = replace(self, service_manager=ServiceManager())

        def work(number: int, started: Callable[[], None]) -> None:
            unheard.run(monitoring[number] if monitoring else None, reload=lambda: None, on_started=started)

        def all_started() -> None:
            on_started()
            self.service_manager.notify("READY=1")

        Workers(count, work, reload, all_started, self.service_manager, self.settings.stop_seconds).run()
