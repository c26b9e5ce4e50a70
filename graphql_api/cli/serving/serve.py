"""`book-online serve`: the server, or, with `--reload`, one that restarts at each change of a file."""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from socket import socket

from booking.appointments.load import LoadedClinic, UndoesChanges
from booking.storage.connection.sqlite_dialect import DRIVER as SQLITE
from booking.storage.engine import database_url
from graphql_api.app import create_app, system_clock
from graphql_api.cli.access.staff import LINK_PATH
from graphql_api.cli.clinic_file.files import clinic_in, read_clinic_file, renew_revision
from graphql_api.cli.command import Commands, add_command, explained
from graphql_api.cli.serving.sample_desk import prepare_sample_desk
from graphql_api.cli.serving.server_of_app import ServerOfApp
from graphql_api.cli.transaction import with_database
from graphql_api.extensions.discovery import LoadedClinicFile
from graphql_api.playground.page import is_built
from graphql_api.server.logs import configure_logging
from graphql_api.server.reload import run_reloading
from graphql_api.server.sockets import Names, bound_sockets, handed_over_sockets
from graphql_api.server.tracing import check_tracing
from graphql_api.settings import InvalidSetting, Settings, variable_name
from graphql_api.settings.service_manager import service_manager_of
from graphql_api.settings.values import MAX_PORT, Address
from graphql_api.startup import feature_of_others, features_with_tables, lock_of_server, prepare_database

log = logging.getLogger("book_online")

SWITCH_SECONDS = 0.0005
MAX_WORKERS = 64
LOADS = "`book-online load` loads it; with BOOK_ONLINE_CLINIC_FILE_RULES=1 it is loaded at each start"


def add_to(commands: Commands) -> None:
    serve = add_command(
        commands, "serve", _serve, "migrate, load the clinic's file into an empty database, and serve"
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on")
    serve.add_argument(
        "--workers",
        type=_workers,
        default=1,
        metavar="N",
        help="processes that share the port; for PostgreSQL, and at most 64",
    )
    serve.add_argument(
        "--sample-desk",
        action="store_true",
        help="fill a new database with a sample day, and print a link to the desk; for development only",
    )
    serve.add_argument(
        "--clinic-file-rules",
        action="store_true",
        help="load the clinic's file at each start, as BOOK_ONLINE_CLINIC_FILE_RULES=1 does",
    )
    serve.add_argument(
        "--reload", action="store_true", help="restart when a file changes; for development only"
    )


def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    for option in ("reload", "sample_desk"):
        if getattr(arguments, option) and not settings.is_development:
            name = option.replace("_", "-")
            raise InvalidSetting(f"serve --{name} is for development, and BOOK_ONLINE_MODE is production")
    if arguments.workers > 1:
        _check_workers(arguments, settings)
    if arguments.clinic_file_rules:
        settings = replace(settings, clinic_file_rules=True)
    if arguments.reload:
        # Whoever edits a file with the server beside it wants to see the edit.
        address = ["--clinic-file-rules", "--host", arguments.host, "--port", str(arguments.port)]
        address += ["--sample-desk"] if arguments.sample_desk else []
        run_reloading([sys.executable, "-m", "graphql_api.cli.main", "serve", *address], settings.clinic_file)
    check_tracing(settings.otlp)
    text = read_clinic_file(settings.clinic_file)
    clinic = clinic_in(text, settings, settings.clinic_file.parent)
    app = create_app(settings, clinic.enabled)
    configure_logging(settings.log, app.state.monitoring.metrics.count_record)
    service_manager = service_manager_of()
    handed_over = handed_over_sockets(service_manager.descriptors)
    sockets = handed_over or bound_sockets(arguments.host, arguments.port)
    monitoring = _monitoring_sockets(settings, arguments.workers)
    try:
        _log_visits(_load(settings, text, clinic))
    except UndoesChanges as refused:  # The database is right; patients can book meanwhile.
        log.warning("%s was not loaded: %s", settings.clinic_file, refused)
    enabled = [owner.feature.name for owner in clinic.enabled]
    for name in sorted(features_with_tables(settings.database_url).difference(enabled)):
        log.warning("%s", feature_of_others(name))
    prepare = partial(prepare_sample_desk, now=system_clock())
    secret = with_database(settings, prepare) if arguments.sample_desk else None
    listening = sockets[0].getsockname()
    base = f"http://{Address(listening[0] if handed_over else arguments.host, listening[1])}"
    # A thread that validates a large document lets the event loop go on after half a millisecond.
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # The collector need not visit objects that live as long as the server: a third less work.
    if settings.is_site_of_this_machine and not settings.is_development:
        log.warning("BOOK_ONLINE_SITE is %s: links in mails and calendars lead nowhere", settings.site)
    log.info("started: Book Online %s, process %d", version("book-online"), os.getpid())
    announce = partial(_print_addresses, settings, base, secret, monitoring)
    reload_clinic = partial(_reload_clinic, settings, enabled)
    server = ServerOfApp(app, settings, sockets, service_manager)
    if arguments.workers > 1:
        server.run_workers(arguments.workers, monitoring, reload=reload_clinic, on_started=announce)
    else:
        with lock_of_server(settings.database_url):
            server.run(next(iter(monitoring), None), reload=reload_clinic, on_started=announce)


def _check_workers(arguments: argparse.Namespace, settings: Settings) -> None:
    """Refuse several workers where one process is right.

    Raises:
        InvalidSetting: with the reason.
    """
    if database_url(settings.database_url).drivername == SQLITE:
        raise InvalidSetting(
            "serve --workers is for PostgreSQL, and DATABASE_URL names a file of SQLite, which has one server"
        )
    if arguments.reload:
        raise InvalidSetting("serve --reload restarts one process: leave out --workers")
    if not hasattr(os, "fork"):
        raise InvalidSetting("this system has no fork: start several servers on ports of their own instead")


def _monitoring_sockets(settings: Settings, workers: int) -> list[list[socket]]:
    """For each worker its own port, one after the other: each has metrics of its own."""
    if settings.metrics is None:
        return []
    host, port = settings.metrics.host, settings.metrics.port
    variable = variable_name("metrics")
    names = Names(variable, variable)
    return [bound_sockets(host, port and port + number, names) for number in range(workers)]


def _print_addresses(
    settings: Settings, base: str, secret: str | None, monitoring: Sequence[Sequence[socket]]
) -> None:
    if settings.is_development:
        print(f"  Demo clinic page     {base}/")
        if is_built(settings.playground):
            print(f"  GraphQL playground   {base}/graphql")
    if secret is not None:
        print(f"  Front desk, once     {base}{LINK_PATH}#{secret}")
    for sockets in monitoring:
        host, port, *_ = sockets[0].getsockname()
        print(f"  Metrics              http://{Address(host, port)}/metrics")
    print(f"  Hosted booking page  {base}/book", flush=True)


def _reload_clinic(settings: Settings, features: list[str]) -> None:
    """Load the clinic's file into the database, where it rules; one with mistakes changes nothing, and is
    logged."""
    if not settings.clinic_file_rules:
        log.warning("%s was not loaded, since the database has the clinic: %s", settings.clinic_file, LOADS)
        return
    try:
        text = read_clinic_file(settings.clinic_file)
        clinic = clinic_in(text, settings, settings.clinic_file.parent)
        if [owner.feature.name for owner in clinic.enabled] != features:
            log.error("%s was not loaded: to change `features`, start the server anew", settings.clinic_file)
            return
        loaded = _load(settings, text, clinic)
    except Exception as reason:
        sentence = explained(reason, settings)
        log.error("%s was not loaded: %s", settings.clinic_file, sentence, exc_info=sentence is None)
    else:
        log.warning("%s is loaded: %s", settings.clinic_file, " ".join(loaded.sentences) or "no change")


def _load(settings: Settings, text: str, clinic: LoadedClinicFile) -> LoadedClinic:
    loaded = prepare_database(
        settings,
        clinic.file,
        clinic.enabled,
        now=system_clock(),
        only_if_empty=not settings.clinic_file_rules,
    )
    if not settings.clinic_file_rules:
        return loaded
    if reason := renew_revision(settings.clinic_file, text, clinic.file):
        log.warning("%s", reason)
    return loaded


def _log_visits(loaded: LoadedClinic) -> None:
    for sentence in (*loaded.kept_times, *loaded.obstacles):
        log.warning("%s", sentence)


def _workers(text: str) -> int:
    """Raises:
    ArgumentTypeError: it is no number from 1 to 64.
    """
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_WORKERS):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers: 1 to {MAX_WORKERS}")
    return int(text)


def _port(text: str) -> int:
    """A TCP port; 0 lets the system choose.

    Raises:
        ArgumentTypeError: it is no number from 0 to 65535.
    """
    if not (text.isascii() and text.isdecimal() and int(text) <= MAX_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to {MAX_PORT}")
    return int(text)
