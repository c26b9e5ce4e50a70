"""`book-online init`: from an empty folder to a visit that is booked."""

from pathlib import Path

import pytest

from tests.graphql_api.cli.clinic_file.terminal import run_at_terminal
from tests.graphql_api.cli.test_cli import run
from tests.support.graphql_client import service_id
from tests.support.site import running_site

pytestmark = pytest.mark.processes

OPTIONS = (
    *("--name", "Sample Physio"),
    *("--time-zone", "America/Toronto"),
    *("--phone", "416 555 0199"),
    *("--place", "1 Main Street, Toronto"),
    *("--hours", "mon-thu 08:00-12:00 13:00-17:00; fri 08:00-12:00"),
    *("--practitioner", "Sample Practitioner"),
    *("--service", "First visit, 45 min"),
)


async def test_answers_at_a_terminal_make_a_clinic_that_can_be_booked(tmp_path: Path) -> None:
    answers = {
        'Sample "Physio"': "",
        "Toronto": "'Toronto' is no time zone; time zones look like \"America/Toronto\"",
        "America/Toronto": "",
        "12": "there is no phone number '12' in CA",
        "416 555 0199": "",
        "1 Main Street, Toronto ON": "",
        "mon-fri 9-17": "'9-17' is no time; a time looks like \"07:00-19:00\"",
        "": "",  # the hours that are offered
        "Sample Practitioner": "",
        "First visit, 7 min": "must be a multiple of 5 minutes",
        "Première visite, 45 min": "",
    }

    status, shown = run_at_terminal("init", "clinic", folder=tmp_path, answers=list(answers))

    folder = tmp_path / "clinic"
    assert status == 0, shown
    for mistake in filter(None, answers.values()):
        assert shown.count(f"  {mistake}\n") == 1
    assert "http://127.0.0.1:8000/desk/sign-in/link#" in shown
    made = {"clinic.toml", "book-online.sqlite3", "book-online.key"}
    assert made <= {file.name for file in folder.iterdir()}
    assert run("check", "clinic.toml", "--strict", folder=folder).returncode == 0
    assert run("load", folder=folder).stdout == ""
    assert run("staff", "list", folder=folder).stdout.split("\t")[1:3] == ["Owner", "owner"]
    text = (folder / "clinic.toml").read_text("utf-8")
    async with running_site(f"sqlite:///{folder / 'book-online.sqlite3'}", text) as site:
        [first, *_] = await site.api.open_slots(
            "2026-11-24", "2026-11-24", serviceId=service_id("premiere-visite")
        )
        held = await site.api.hold(first["startsAt"], service="premiere-visite")
        booked = await site.api.book(held["holdToken"], screening=[])
    assert booked["problems"] == []
    assert booked["appointment"]["startsAt"] == "2026-11-24T09:00:00-05:00"


def test_options_answer_without_a_terminal(tmp_path: Path) -> None:
    done = run("init", *OPTIONS, "--owner", "Sample Owner", folder=tmp_path)

    assert (done.returncode, done.stderr.count("warning")) == (0, 1), done
    assert "Sample Owner (owner) signs in by this link" in done.stdout
    exported = run("export", "-", folder=tmp_path).stdout
    assert 'hours = { mon-thu = ["08:00-12:00", "13:00-17:00"], fri = ["08:00-12:00"] }' in exported
    assert 'address = ["1 Main Street", "Toronto"]' in exported


def test_an_answer_that_is_missing_or_wrong_without_a_terminal_makes_nothing(tmp_path: Path) -> None:
    missing = run("init", "new", *OPTIONS[2:], folder=tmp_path)
    wrong = run("init", "new", *OPTIONS[:-1], "First visit, soon", folder=tmp_path)

    assert (missing.returncode, wrong.returncode) == (1, 1)
    assert missing.stderr == "book-online: --name is missing or wrong, and there is no terminal to ask at\n"
    assert wrong.stdout.strip() == 'a duration looks like "45 min", "2 h" or "60 days"'
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("left", ["clinic.toml", "book-online.sqlite3"])
def test_a_clinic_that_is_there_is_left_as_it_is(tmp_path: Path, left: str) -> None:
    assert run("init", *OPTIONS, folder=tmp_path).returncode == 0
    for name in {"clinic.toml", "book-online.sqlite3"} - {left}:
        (tmp_path / name).unlink()
    before = (tmp_path / left).read_bytes()

    refused = run("init", *OPTIONS, folder=tmp_path)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is there already, and was left as it is: choose another folder" in refused.stderr
    assert (tmp_path / left).read_bytes() == before
