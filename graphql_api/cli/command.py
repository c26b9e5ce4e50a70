"""A command of `book-online`: its parser, what runs it, its output, and the errors that it explains."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeAlias, cast

from booking.appointments.load import RewritesClinic, UndoesChanges
from booking.catalogue.clinic_file.export.clinic_text import InexpressibleCatalogue
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.domain.errors import BookingError, TryAgain
from booking.encryption.cipher import UnreadableValue
from booking.encryption.key_ring import KeyProblem
from booking.i18n.locales import LocaleError
from booking.imports.errors import UnreadableImport
from booking.storage.connection.error_causes import explain
from booking.storage.connection.postgresql_url import UnusableUrl
from booking.storage.copies.archive import UnusableBackup
from booking.storage.copies.moving.lock import MoveRuns
from booking.storage.copies.moving.places import TargetUnusable
from booking.storage.copies.moving.target import CannotMove
from booking.storage.copies.restore import NotEmpty
from booking.storage.copies.tables import CannotCopy
from booking.storage.migrations.compatibility import NewerDatabase
from booking.storage.migrations.move_mark import DatabaseMoves
from graphql_api.extensions.feature import FeatureError
from graphql_api.server.sockets import CannotListen
from graphql_api.server.workers import WorkersFailed
from graphql_api.settings import InvalidSetting, Settings, variable_name
from graphql_api.startup import NotMigrated

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace, Settings], int | None]
"""Run the command, and return its exit status if it is not 0."""

BAR_WIDTH = 30

OWN_ERRORS = (
    BookingError,
    CannotCopy,
    CannotListen,
    CannotMove,
    ClinicFileError,
    DatabaseMoves,
    FeatureError,
    InexpressibleCatalogue,
    InvalidSetting,
    KeyProblem,
    LocaleError,
    MoveRuns,
    NewerDatabase,
    NotEmpty,
    NotMigrated,
    RewritesClinic,
    TargetUnusable,
    UndoesChanges,
    UnreadableImport,
    UnreadableValue,
    UnusableBackup,
    UnusableUrl,
    WorkersFailed,
)
"""Their messages are the sentences."""
UNDOES_STATUS = 3
"""The exit status of a load that was refused because it would undo changes: scripts tell it from mistakes."""

READER_GONE_STATUS = 128 + signal.SIGPIPE
"""As a shell shows it for `yes | head -1`."""


def add_command(commands: Commands, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help)
    command.set_defaults(run=run)
    return command


def add_verbs(commands: Commands, name: str, help: str) -> Commands:
    """A command whose verbs are commands: `book-online keys create`."""
    return commands.add_parser(name, help=help).add_subparsers(required=True, metavar="VERB")


def table(rows: Iterable[Iterable[str]], *, if_empty: str) -> str:
    """A line for each row, its columns between tabs."""
    return "\n".join("\t".join(row) for row in rows) or if_empty


def add_list(verbs: Commands, run: Run, help: str) -> argparse.ArgumentParser:
    """The verb `list`, as a table for a person or as JSON for a program."""
    command = add_command(verbs, "list", run, help)
    add_json(command, "print an array of objects as JSON")
    return command


def add_json(command: argparse.ArgumentParser, help: str = "print the result as JSON") -> None:
    """The option `--json` of a command whose result a program may read."""
    command.add_argument("--json", action="store_true", help=help)


def as_json(objects: Iterable[Mapping[str, object]]) -> str:
    """An array; instants are in RFC 3339."""
    return json_of(list(objects))


def json_of(result: object) -> str:
    return json.dumps(result, default=_json_text, ensure_ascii=False)


def _json_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def progress_bar(done: int, total: int) -> None:
    """On a terminal alone, beside the output."""
    if sys.stderr.isatty() and total:
        bar = "#" * (BAR_WIDTH * done // total)
        end = "\n" if done == total else ""
        print(f"\r[{bar:<{BAR_WIDTH}}] {done} of {total}", end=end, file=sys.stderr, flush=True)


def warn(sentence: str) -> None:
    """Beside the output, which a script may read."""
    print(f"warning: {sentence}", file=sys.stderr)


def warn_of_site(settings: Settings) -> None:
    """Say that a printed address leads to this machine, as in a shell without the server's settings."""
    if settings.is_site_of_this_machine:
        name = variable_name("site")
        warn(f"{name} is {settings.site} here: set it as the server has it, or the address leads nowhere")


def explained(error: Exception, settings: Settings | None) -> str | None:
    """The sentence; None for a mistake in the program, whose traceback is needed."""
    if isinstance(error.__cause__, KeyProblem | UnreadableValue):
        error = error.__cause__  # A visitor is told to call; the operator is told why.
    if isinstance(error, OWN_ERRORS) and not isinstance(error, TryAgain):
        return str(error)
    url = (settings or Settings()).database_url
    return explain(error, url) or (str(error) if isinstance(error, TryAgain) else None)


class CannotPrint(Exception):
    """The output can't be written; `reader_is_gone` where a pipe has no reader any more."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"the output can't be written: {error.strerror}")
        self.reader_is_gone = isinstance(error, BrokenPipeError)


class _CheckedOutput:
    def __init__(self, output: TextIO) -> None:
        self._output = output

    def write(self, text: str) -> int:
        with _told_apart():
            return self._output.write(text)

    def flush(self) -> None:
        with _told_apart():
            self._output.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)


@contextmanager
def checked_output() -> Iterator[None]:
    """All that was printed is written when this ends.

    Raises:
        CannotPrint: it can't be; what is left is thrown away.
    """
    output = sys.stdout
    if output is None:  # Closed before the start, as some supervisors do: Python prints nothing.
        yield
        return
    try:
        with redirect_stdout(cast(TextIO, _CheckedOutput(output))):
            try:
                yield
            finally:
                sys.stdout.flush()
    except CannotPrint:
        # Python writes what is left at its end, and would fail again.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), output.fileno())
        raise


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotPrint(error) from error
