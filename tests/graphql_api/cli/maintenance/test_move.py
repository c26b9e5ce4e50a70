"""`book-online move`: there and back, killed in the middle, and with a full disk."""

import asyncio
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest

from booking.storage.key_store.location import key_store_url
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.command_line import ROOT, TIMEOUT_SECONDS
from tests.graphql_api.cli.maintenance.conftest import NAME, file_of

pytestmark = pytest.mark.processes

FIND = ("patients", "find", "--email", "zebra1@example.com")
FENCED = (
    "warning: the clinic takes no change until the same command has ended well, which goes on where this one "
    "stopped; or until `book-online move --give-up`"
)
KILLED = """
import os, sys
from graphql_api.cli.maintenance import move
from graphql_api.cli.main import main

def kill(done, total):
    if done > total // 2:
        os.kill(os.getpid(), 9)

move.progress_bar = kill
main()
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def mover(clinic: ClinicCommands) -> ClinicCommands:
    """Commands of a clinic whose key store is in its usual place."""
    del clinic.environment["BOOK_ONLINE_DATA_KEYS_URL"]
    return clinic


async def run_python(
    mover: ClinicCommands, *arguments: str, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, *arguments],
        cwd=mover.folder,
        env={"PYTHONPATH": str(ROOT), **mover.environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
        preexec_fn=before,
    )


async def test_a_clinic_moves_there_and_back_although_the_first_move_is_killed(
    mover: ClinicCommands, empty_postgresql: str, empty_sqlite: str
) -> None:
    found = await mover.lines(*FIND)

    killed = await run_python(mover, "-c", KILLED, "move", empty_postgresql)

    assert killed.returncode == -signal.SIGKILL
    assert "the clinic is being moved to empty_clinic at " in await mover.sentence("load")
    serve = ("serve", "--port", "0")
    said = await mover.sentence(*serve, DATABASE_URL=empty_postgresql)
    assert said.startswith("the clinic is being moved here from ")
    assert "the clinic is being moved to " in (await mover.run("doctor")).stdout

    lines = await mover.lines("move", empty_postgresql)

    assert lines[0] == "Going on with the move that was stopped."
    assert f"  BOOK_ONLINE_KEY_FILE={mover.key_file}" not in lines  # It is set already, and stays right.
    said = await mover.sentence(*serve)
    assert said.startswith("the clinic was moved to empty_clinic at ")
    assert await mover.lines(*FIND, DATABASE_URL=empty_postgresql) == found
    assert found[0].split("\t")[1] == NAME

    await mover.lines("move", empty_sqlite, DATABASE_URL=empty_postgresql)

    there = partial(mover.lines, DATABASE_URL=empty_sqlite)
    assert await there(*FIND) == found
    assert await there("load", "--dry-run") == ["Nothing would change."]
    assert await there("database", "check") == ["The database is whole."]
    assert (await mover.run("audit", "verify", DATABASE_URL=empty_sqlite)).returncode == 0


async def test_a_full_disk_ends_a_move_in_a_sentence_and_it_goes_on_when_there_is_room(
    mover: ClinicCommands, empty_sqlite: str
) -> None:
    url = key_store_url(mover.url)
    limit = 400_000  # In bytes: the tables have room, all rows have not.

    def limit_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = await run_python(
        mover, "-m", "graphql_api.cli.main", "move", empty_sqlite, "--keys-stay", before=limit_files
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("book-online: the target of the move: ")
    assert done.stderr.splitlines()[:-1] in ([], [FENCED])

    lines = await mover.lines("move", empty_sqlite, "--keys-stay")

    assert f"  BOOK_ONLINE_DATA_KEYS_URL: the key store as it is, {file_of(url)}" in lines
    variables = {"DATABASE_URL": empty_sqlite, "BOOK_ONLINE_DATA_KEYS_URL": url}
    assert len(await mover.lines(*FIND, **variables)) == 1
    await mover.lines("patients", "erase", "--email", "zebra0@example.com", "--yes", **variables)
