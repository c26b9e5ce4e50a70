"""`book-online serve`: the server, or, with `--reload`, one that restarts at each change of a file."""

import argparse
import gc
import logging
import sys

import uvicorn

from graphql_api.app import create_app, system_clock
from graphql_api.cli.clinic_file import clinic_of
from graphql_api.cli.command import Commands, add_command
from graphql_api.cli.reload import run_reloading
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import prepare_database

log = logging.getLogger("book_online")

KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep a connection that they may use again: it must not end just as they do."""


def add_to(commands: Commands) -> None:
    serve = add_command(commands, "serve", _serve, "migrate, load the clinic's file, and serve")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on")
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
    loaded = prepare_database(settings.database_url, clinic.file, clinic.enabled, now=system_clock())
    for obstacle in loaded.obstacles:
        log.warning("%s", obstacle)
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    base = f"http://{host}:{arguments.port}"
    if settings.is_development:
        print(f"  Demo clinic page     {base}/")
        print(f"  GraphQL playground   {base}/graphql")
    print(f"  Hosted booking page  {base}/book", flush=True)
    gc.collect()
    gc.freeze()  # The collector need not visit objects that live as long as the server: a third less work.
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        access_log=False,  # A log of who asked for what, when, is health data.
        server_header=False,
    )
