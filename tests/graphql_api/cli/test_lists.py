"""What a program reads of the command line: lists and results as JSON, and the version."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from graphql_api.cli.main import command_parser, main
from tests.booking.calendars.busy.copies import add_copy
from tests.graphql_api.cli.command_line import ROOT, run_command
from tests.support.clinics import NOW, SAMPLE
from tests.support.databases import open_database

pytestmark = pytest.mark.processes


WITHOUT_JSON = {
    **dict.fromkeys(
        ("completion", "embed", "export", "mail preview", "patients export", "schema", "sms preview"),
        "what it prints is the thing itself",
    ),
    **dict.fromkeys(
        (
            *("appointments keep-instant", "busy-calendars refresh", "busy-calendars remove", "mail test"),
            *("data-keys init", "data-keys rotate", "keys revoke", "outbox remove", "outbox retry"),
            *("patients erase", "staff disable", "staff enable", "staff role"),
            *("visit-calendars connect", "visit-calendars disconnect"),
            *("webhooks disable", "webhooks enable", "webhooks remove", "webhooks replay"),
        ),
        "done or not: the status says so",
    ),
    **dict.fromkeys(
        ("import calcom", "import easyappointments", "init", "move", "new-feature", "new-migration", "serve"),
        "for a person who reads along",
    ),
}


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each command with its verb, and its parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                verbs = [(f"{name} {verb}", below) for verb, below in commands(command)]
                yield from verbs or [(name, command)]


def test_every_result_is_had_as_json() -> None:
    plain = {
        name for name, parser in commands(command_parser()) if "--json" not in parser._option_string_actions
    }
    assert plain == WITHOUT_JSON.keys()


def result(*arguments: str) -> Any:
    """What a command in this process prints as JSON, and its exit status."""
    output = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["book-online", *arguments, "--json"])
        with redirect_stdout(output), pytest.raises(SystemExit) as end:
            main()
    return json.loads(output.getvalue()), end.value.code


def run(folder: Path, *arguments: str) -> str:
    done = run_command(*arguments, folder=folder, environment={})
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed(folder: Path, name: str) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = json.loads(run(folder, name, "list", "--json"))
    return objects


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    run(tmp_path, "load", "clinic.toml")
    return tmp_path


def test_lists_that_are_empty_are_empty_arrays(folder: Path) -> None:
    names = ("keys", "staff", "webhooks", "outbox", "busy-calendars", "visit-calendars")
    assert {name: listed(folder, name) for name in names} == {name: [] for name in names}


def test_keys_of_partners_and_of_sites(folder: Path) -> None:
    secret = run(folder, "keys", "create", "--name", "Sample Directory", "--scopes", "book").splitlines()[-1]
    site = run(folder, "keys", "create", "--name", "Sample Site", "--site", "https://www.example.com").strip()

    partner, page = sorted(listed(folder, "keys"), key=lambda key: str(key["name"]))

    assert (partner["scopes"], partner["last_used_at"], partner["revoked_at"]) == (["book"], None, None)
    assert secret.startswith(f"bo_sec_{partner['id']}_")
    assert (page["id"], page["sites"], page["revoked_at"]) == (site, ["https://www.example.com"], None)
    assert partner["created_at"].endswith("+00:00")
    assert secret not in json.dumps([partner, page])


def test_staff_with_the_day_on_which_an_account_was_disabled(folder: Path) -> None:
    for name in ("One", "Two"):
        run(folder, "staff", "add", f"Sample Owner {name}", "--role", "owner")
    run(folder, "staff", "disable", "Sample Owner One")

    one, two = sorted(listed(folder, "staff"), key=lambda member: str(member["name"]))

    assert (one["name"], one["role"], two["disabled_at"]) == ("Sample Owner One", "owner", None)
    assert one["disabled_at"].endswith("+00:00")


def test_results_of_the_clinic_and_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "wrong.toml").write_text(SAMPLE.replace("[policy]", "[polcy]"), "utf-8")

    assert result("appointments", "check") == ([], 0)
    assert result("database", "check") == ([], 0)
    assert result("features") == ([], 0)
    assert result("load", "--dry-run") == ([], 0)
    assert result("check", "clinic.toml")[0]["mistakes"] == []
    found, status = result("check", "wrong.toml")
    assert (found["mistakes"][0]["mistake"].partition(";")[0], status) == ("polcy: unknown key", 1)
    deleted, _ = result("retention", "--dry-run")
    assert set(deleted.values()) == {0}
    keys, _ = result("data-keys", "status")
    assert [key["is_here"] for key in keys["keys"]] == [True]


def test_secrets_and_the_trail_of_who_made_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    key, _ = result("keys", "create", "--name", "Sample Directory", "--scopes", "book")
    assert key["secret"].startswith(f"bo_sec_{key['id']}_")
    assert result("keys", "rotate", key["id"])[0]["secret"] != key["secret"]

    member, _ = result("staff", "add", "Sample Owner", "--role", "owner")
    assert member["link"].startswith("http://127.0.0.1:8000/desk/sign-in/link#")
    [event], _ = result("audit", "staff")
    assert event["detail"] == f"staff account {member['id']} added as owner"
    head, _ = result("audit", "head")
    verified, status = result("audit", "verify", "--head", head["head"])
    assert (verified["fault"], verified["kept_head_found"], verified["rows"], status) == (None, True, 1, 0)


def test_a_reader_that_is_gone_and_a_disk_that_is_full_are_not_the_databases(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "graphql_api.cli.main", "schema"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    reader, writer = os.pipe()
    os.close(reader)
    gone = subprocess.run(command, cwd=tmp_path, env=environment, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (gone.returncode, gone.stderr) == (141, b"")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=full, stderr=subprocess.PIPE)
    said = b"book-online: the output can't be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert run(tmp_path, "--version") == f"book-online {version('book-online')}\n"


async def test_calendars_elsewhere_with_the_age_of_their_copies(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder}/book-online.sqlite3")
    calendar = await add_copy(database, "sample-practitioner-a", [])
    await database.close()

    [shown] = listed(folder, "busy-calendars")

    assert shown == {
        "host": "127.0.0.1",
        "id": str(calendar),
        "practitioner": "sample-practitioner-a",
        "kind": "ics",
        "copied_at": NOW.isoformat(),
        "failing_since": None,
        "failure": None,
        "unread": 0,
    }


def test_a_closed_output_is_no_mistake(tmp_path: Path) -> None:
    closing = ["sh", "-c", '"$@" >&-', "sh", sys.executable, "-m", "graphql_api.cli.main", "schema"]
    done = subprocess.run(
        closing, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE
    )
    assert (done.returncode, done.stderr) == (0, b"")
