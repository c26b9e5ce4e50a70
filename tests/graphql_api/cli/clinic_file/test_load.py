"""`book-online load` of a file that was exported: it undoes nothing in silence."""

from pathlib import Path

import pytest

from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.clinic_file.terminal import run_at_terminal
from tests.graphql_api.cli.test_cli import run
from tests.graphql_api.server.process import running_server
from tests.support.clinics import edit_file, small_clinic

pytestmark = pytest.mark.processes

SIXTY = {'duration = "30 min"': 'duration = "60 min"'}
NINETY = {'duration = "30 min"': 'duration = "90 min"'}
HORIZON = {'horizon = "366 days"': 'horizon = "100 days"'}
REFUSED = "the clinic in the database was changed since this file was written from it"


def edit(file: Path, edits: dict[str, str]) -> None:
    file.write_text(edit_file(edits, file.read_text("utf-8")), "utf-8")


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A folder with two copies of a small clinic's exported file."""
    (tmp_path / "clinic.toml").write_text(small_clinic(), "utf-8")
    run("load", folder=tmp_path)
    for copy in ("mine.toml", "yours.toml"):
        assert run("export", copy, folder=tmp_path).returncode == 0
    return tmp_path


async def test_a_copy_that_is_older_than_the_database_is_refused_until_it_is_forced(
    database_url: str, tmp_path: Path
) -> None:
    commands = ClinicCommands.on(database_url, tmp_path / "clinic")
    (commands.folder / "clinic.toml").write_text(small_clinic(), "utf-8")
    await commands.lines("load")
    for copy in ("mine.toml", "yours.toml"):
        await commands.lines("export", copy)
    edit(commands.folder / "mine.toml", SIXTY)
    edit(commands.folder / "yours.toml", HORIZON)
    assert await commands.lines("load", "mine.toml") == ["Service 'visit': duration changed."]
    before = await commands.lines("export", "-")
    changes = ["The clinic's horizon changed.", "Service 'visit': duration changed."]

    refused = await commands.run("load", "yours.toml")
    preview = await commands.lines("load", "--dry-run", "yours.toml")

    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr.startswith(f"book-online: {REFUSED}")
    assert [line.strip() for line in refused.stderr.splitlines()[1:3]] == changes
    assert preview[0] == f"{REFUSED.capitalize()}: to load it undoes that."
    assert preview[1:] == changes
    assert await commands.lines("export", "-") == before
    assert await commands.lines("load", "--force", "yours.toml") == changes


def test_edits_of_one_file_are_loaded_one_after_the_other(exported: Path) -> None:
    for edits in (SIXTY, HORIZON):
        edit(exported / "mine.toml", edits)
        assert run("load", "mine.toml", folder=exported).returncode == 0

    assert run("export", "mine.toml", folder=exported).stdout.endswith("was left as it is.\n")


def test_what_was_changed_and_changed_back_is_nothing_to_undo(exported: Path) -> None:
    edit(exported / "mine.toml", SIXTY)
    run("load", "mine.toml", folder=exported)
    edit(exported / "mine.toml", {after: before for before, after in SIXTY.items()})
    run("load", "mine.toml", folder=exported)
    edit(exported / "yours.toml", HORIZON)

    done = run("load", "yours.toml", folder=exported)

    assert (done.returncode, done.stdout) == (0, "The clinic's horizon changed.\n")


def test_a_file_without_a_revision_is_loaded_as_it_is(exported: Path) -> None:
    edit(exported / "mine.toml", SIXTY)
    run("load", "mine.toml", folder=exported)

    done = run("load", "clinic.toml", folder=exported)

    assert (done.returncode, done.stdout) == (0, "Service 'visit': duration changed.\n")
    assert (exported / "clinic.toml").read_text("utf-8") == small_clinic()


def test_a_file_that_can_not_be_written_is_loaded_with_a_warning(exported: Path) -> None:
    edit(exported / "mine.toml", SIXTY)
    (exported / "mine.toml.new").mkdir()

    done = run("load", "mine.toml", folder=exported)

    assert (done.returncode, done.stdout) == (0, "Service 'visit': duration changed.\n")
    assert done.stderr.startswith("warning: mine.toml can't be written (Is a directory)")


@pytest.mark.parametrize(("answer", "status"), [("no", 1), ("yes", 0)])
def test_a_terminal_shows_what_would_change_and_asks(exported: Path, answer: str, status: int) -> None:
    edit(exported / "mine.toml", SIXTY)

    ended, shown = run_at_terminal("load", "mine.toml", folder=exported, answers=[answer])

    assert ended == status
    assert shown.index("Service 'visit': duration changed.") < shown.index("Load the file? Type yes:")
    loads_again = run("load", "mine.toml", folder=exported).stdout
    assert (loads_again == "") is (answer == "yes")


async def test_a_server_leaves_the_clinic_of_the_database_as_it_is(exported: Path) -> None:
    database = "sqlite:///book-online.sqlite3"
    other = (exported / "mine.toml").read_text("utf-8").replace("Sample Health Services", "Another Clinic")

    async with running_server(exported, clinic=other, DATABASE_URL=database) as server:
        assert await server.status("/readyz") == 200
    edit(exported / "mine.toml", SIXTY)

    assert "not loaded" not in (exported / "log").read_text("utf-8")
    assert "clinic's" not in run("load", "mine.toml", folder=exported).stdout


async def test_a_server_starts_with_the_database_where_its_file_is_older(exported: Path) -> None:
    edit(exported / "mine.toml", SIXTY)
    run("load", "mine.toml", folder=exported)
    edit(exported / "yours.toml", NINETY)

    older = (exported / "yours.toml").read_text("utf-8")
    settings = {"DATABASE_URL": "sqlite:///book-online.sqlite3", "BOOK_ONLINE_CLINIC_FILE_RULES": "1"}
    async with running_server(exported, clinic=older, **settings) as server:
        assert await server.status("/readyz") == 200

    assert f"clinic.toml was not loaded: {REFUSED}" in (exported / "log").read_text("utf-8")
    assert 'duration = "1 h"' in run("export", "-", folder=exported).stdout
