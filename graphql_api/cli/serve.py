"""`book-online serve`: the server, or, with `--reload`, one that restarts at each change of a file."""

import argparse
import gc
import logging
import sys
from functools import partial

import uvicorn

from booking.appointments.load import LoadedClinic, RewritesClinic
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.domain.errors import BookingError
from graphql_api.app import create_app, system_clock
from graphql_api.cli.clinic_file import clinic_of
from graphql_api.cli.command import Commands, add_command
from graphql_api.cli.reload import run_reloading
from graphql_api.extensions.feature import FeatureError
from graphql_api.server.protocol import TIME_LIMITS, BoundedProtocol, Phase
from graphql_api.server.server import BACKLOG, BookingServer, max_connections
from graphql_api.server.sockets import bound_sockets
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import prepare_database

log = logging.getLogger("book_online")

MAX_PORT = 65_535
SWITCH_SECONDS = 0.0005


def add_to(commands: Commands) -> None:
    serve = add_command(commands, "serve", _serve, "migrate, load the clinic's file, and serve")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on")
    serve.add_argument(
        "--reload", action="store_true", help="restart when a file changes; for development only"
    )


def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    if arguments.reload:
        if not settings.is_development:
            raise InvalidSetting("serve --reload is for development, and BOOK_ONLINE_MODE is production")
        address = ["--host", arguments.host, "--port", str(arguments.port)]
        run_reloading([sys.executable, "-m", "graphql_api.cli.main", "serve", *address], settings.clinic_file)
    clinic = clinic_of(settings)
    app = create_app(settings, clinic.enabled)
    sockets = bound_sockets(arguments.host, arguments.port)
    _log_obstacles(prepare_database(settings.database_url, clinic.file, clinic.enabled, now=system_clock()))
    port = sockets[0].getsockname()[1]
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    # A thread that validates a large document lets the event loop go on after half a millisecond.
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # The collector need not visit objects that live as long as the server: a third less work.
    config = uvicorn.Config(
        app,
        http=partial(BoundedProtocol, max_connections=max_connections()),  # type: ignore[arg-type]
        ws="none",
        backlog=BACKLOG,
        log_level="warning",
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=int(TIME_LIMITS[Phase.IDLE]),
        timeout_graceful_shutdown=max(settings.stop_seconds - settings.drain_seconds, 1),
        access_log=False,  # A log of who asked for what, when, is health data.
        server_header=False,
    )
    BookingServer(
        config,
        app.state.stopping,
        drain_seconds=settings.drain_seconds,
        stop_seconds=settings.stop_seconds,
        reload_clinic=partial(_reload_clinic, settings, [owner.feature.name for owner in clinic.enabled]),
        on_started=partial(_print_addresses, f"http://{host}:{port}", with_demo=settings.is_development),
    ).run(sockets)


def _print_addresses(base: str, *, with_demo: bool) -> None:
    if with_demo:
        print(f"  Demo clinic page     {base}/")
        print(f"  GraphQL playground   {base}/graphql")
    print(f"  Hosted booking page  {base}/book", flush=True)


def _reload_clinic(settings: Settings, features: list[str]) -> None:
    """Load the clinic's file into the database; a file with mistakes changes nothing, and is logged."""
    try:
        clinic = clinic_of(settings)
        if [owner.feature.name for owner in clinic.enabled] != features:
            log.error("%s was not loaded: to change `features`, start the server anew", settings.clinic_file)
            return
        loaded = prepare_database(settings.database_url, clinic.file, clinic.enabled, now=system_clock())
    except (BookingError, ClinicFileError, FeatureError, InvalidSetting, OSError, RewritesClinic) as reason:
        log.error("%s was not loaded: %s", settings.clinic_file, reason)
    else:
        log.warning("%s is loaded: %s", settings.clinic_file, " ".join(loaded.sentences) or "no change")


def _log_obstacles(loaded: LoadedClinic) -> None:
    for obstacle in loaded.obstacles:
        log.warning("%s", obstacle)


def _port(text: str) -> int:
    """A TCP port; 0 lets the system choose.

    Raises:
        ArgumentTypeError: it is no number from 0 to 65535.
    """
    if not (text.isascii() and text.isdecimal() and int(text) <= MAX_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to {MAX_PORT}")
    return int(text)
