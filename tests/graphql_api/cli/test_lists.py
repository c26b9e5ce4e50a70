"""Lists as JSON, and the version: what a program reads of the command line."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.booking.calendars.busy.copies import add_copy
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import NOW, SAMPLE
from tests.support.databases import open_database

pytestmark = pytest.mark.processes


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
