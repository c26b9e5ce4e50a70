"""`book-online import`: another system's clinic moves in, first its file and then its visits."""

import gzip
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from graphql_api.app import system_clock
from tests.booking.imports.foreign_files import CALCOM, EASYAPPOINTMENTS, calcom_answers
from tests.desk.desk_server import Desk, running_desk
from tests.graphql_api.cli.test_cli import run
from tests.support.graphql_client import GraphQLClient, service_id

pytestmark = pytest.mark.processes

PHONE = ("--phone", "416 555 0199")
DUMP = ("import", "easyappointments", "dump.sql")
MONDAY = date(2030, 1, 7)
FIRST_VISIT = "physiotherapie-premiere-visite"


def next_monday() -> date:
    """Of the next week: no visit of it has begun, and all can be booked."""
    today = system_clock().date()
    return today + timedelta(days=14 - today.weekday())


def moved(text: str) -> str:
    """The sample data with each date as far from next Monday as it is from its own."""
    later = next_monday() - MONDAY
    return re.sub(
        r"\b20(?:29|30)-\d\d-\d\d", lambda match: (date.fromisoformat(match[0]) + later).isoformat(), text
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dump.sql").write_text(moved(EASYAPPOINTMENTS), "utf-8")
    return tmp_path


async def open_times(desk: Desk, day: date, service: str) -> list[str]:
    browser = await desk.browser()
    browser.headers["Accept"] = "application/json"
    slots = await GraphQLClient(browser).open_slots(
        day.isoformat(), day.isoformat(), serviceId=service_id(service)
    )
    return [slot["startsAt"][11:16] for slot in slots]


async def test_a_clinic_moves_in_with_its_visits(folder: Path) -> None:
    tuesday = next_monday() + timedelta(days=1)

    made = run(*DUMP, *PHONE, folder=folder)

    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("Wrote clinic.toml: 4 services of 2 practitioners.\n")
    assert "\n    Massage: 58 min, here 60 min\n" in made.stdout
    assert made.stdout.endswith(
        "\nFound 4 coming visits, and booked none yet. Read the file; once it is right:\n"
        "  book-online load\n"
        "  book-online import easyappointments dump.sql --visits\n"
    )
    assert run("check", "clinic.toml", "--strict", folder=folder).returncode == 0
    assert run("load", folder=folder).returncode == 0
    preview = run(*DUMP, "--visits", "--dry-run", folder=folder)
    booked = run(*DUMP, "--visits", folder=folder)
    again = run(*DUMP, "--visits", folder=folder)
    assert [done.returncode for done in (preview, booked, again)] == [1, 1, 1]
    assert preview.stdout.startswith("Would book 3 visits.\n")
    assert booked.stdout.startswith("Booked 3 visits, and mailed nobody.\n")
    assert again.stdout.startswith("Booked no visit.\nBooked by an earlier import: 3.\n")
    collision = f"    {tuesday} 10:30, Physiothérapie, première visite, Sample Practitioner A: This time has"
    for done in (preview, booked, again):
        assert done.stdout.count(collision) == 1
        assert "Sample Patient" not in done.stdout

    text = (folder / "clinic.toml").read_text("utf-8")
    async with running_desk(f"sqlite:///{folder / 'book-online.sqlite3'}", text) as desk:
        desk.clock.now = system_clock()
        times = await open_times(desk, tuesday, FIRST_VISIT)
        assert ("09:15" in times, "10:00" in times, "10:45" in times) == (True, False, True)
        page = await (await desk.signed_in()).get(f"/desk/day?date={tuesday}")
        assert "Sample Patient 1" in page.text
        assert "Sample Patient 2" not in page.text


async def test_visits_that_collide_can_be_squeezed_in(folder: Path) -> None:
    run(*DUMP, *PHONE, folder=folder)
    run("load", folder=folder)

    done = run(*DUMP, "--visits", "--squeeze-in", folder=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Booked 4 visits, and mailed nobody.\n")


def test_a_file_that_is_there_is_left_as_it_is(folder: Path) -> None:
    (folder / "clinic.toml").write_text("mine", "utf-8")

    refused = run(*DUMP, *PHONE, folder=folder)
    preview = run(*DUMP, *PHONE, "--dry-run", folder=folder)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "clinic.toml is there already, and was left as it is" in refused.stderr
    assert preview.stdout.startswith("# Made from Easy!Appointments by `book-online import`.")
    assert (folder / "clinic.toml").read_text("utf-8") == "mine"

    forced = run(*DUMP, *PHONE, "--force", folder=folder)

    assert forced.returncode == 0
    assert (folder / "clinic.toml").read_text("utf-8") == preview.stdout


def test_what_the_dump_does_not_say_is_asked_for(folder: Path) -> None:
    missing = run(*DUMP, folder=folder)
    answered = run(*DUMP, *PHONE, "--name", "Another Clinic", "--language", "fr", folder=folder)

    assert missing.returncode == 1
    assert missing.stderr == "book-online: --phone is missing or wrong, and there is no terminal to ask at\n"
    assert answered.returncode == 0
    text = (folder / "clinic.toml").read_text("utf-8")
    assert 'name = "Another Clinic"' in text
    assert 'languages = ["fr"]' in text


def test_visits_are_read_on_the_clock_that_the_file_was_made_for(folder: Path) -> None:
    nobody_chose = moved(EASYAPPOINTMENTS).replace("America/Toronto", "UTC")
    (folder / "dump.sql").write_text(nobody_chose, "utf-8")

    unknown = run(*DUMP, *PHONE, folder=folder)
    wrong = run(*DUMP, *PHONE, "--time-zone", "Toronto", folder=folder)
    made = run(*DUMP, *PHONE, "--time-zone", "America/Toronto", folder=folder)
    run("load", folder=folder)
    booked = run(*DUMP, "--visits", folder=folder)

    assert "there is no time zone in it: name the clinic's" in unknown.stderr
    assert wrong.stderr.startswith("book-online: 'Toronto' is no time zone")
    assert made.returncode == 0
    assert booked.stdout.startswith("Booked 3 visits, and mailed nobody.\n")
    assert " 10:30, Physiothérapie, première visite, " in booked.stdout


def test_answers_of_cal_com_move_in_from_several_packed_files(tmp_path: Path) -> None:
    files = [f"{number}.json.gz" for number in range(4)]
    for name, text in zip(files, calcom_answers()):
        (tmp_path / name).write_bytes(gzip.compress(moved(text).encode()))
    options = ("--name", "Sample Clinic", *PHONE)

    made = run("import", "calcom", *files, *options, folder=tmp_path)
    run("load", folder=tmp_path)
    booked = run("import", "calcom", *files, "--visits", folder=tmp_path)

    assert made.stdout.startswith("Wrote clinic.toml: 2 services of 2 practitioners.\n"), made
    assert (booked.returncode, booked.stderr) == (0, "")
    assert booked.stdout.startswith("Booked 1 visit, and mailed nobody.\n")


def test_a_dump_of_cal_com_moves_in(tmp_path: Path) -> None:
    (tmp_path / "dump.sql").write_text(moved(CALCOM), "utf-8")

    made = run("import", "calcom", "dump.sql", *PHONE, folder=tmp_path)

    assert made.stdout.startswith("Wrote clinic.toml: 4 services of 2 practitioners.\n"), made
    assert run("check", "clinic.toml", "--strict", folder=tmp_path).returncode == 0


def test_visits_need_a_clinic_that_is_loaded(folder: Path) -> None:
    done = run(*DUMP, "--visits", folder=folder)

    assert done.returncode == 1
    assert done.stderr.startswith("book-online: the database is new")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"INSERT INTO `ea_users` (`id`) VALUES\n('1", "line 2: a text that begins here is not closed"),
        (b"-- nothing", "this is no dump of Easy!Appointments"),
        (b"\n\xff", "dump.sql, line 2: this is not UTF-8 text"),
        (gzip.compress(b"-- a dump that is cut off" * 9)[:-9], "dump.sql is broken: "),
        (gzip.compress(bytes(200_000_001), 1), "the files have more than 200 MB: is it all of one clinic?"),
    ],
    ids=["not closed", "something else", "not UTF-8", "cut off", "too large"],
)
def test_a_file_that_cant_be_read_is_explained(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "dump.sql").write_bytes(content)

    done = run(*DUMP, *PHONE, folder=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"book-online: {sentence}")
    assert not (tmp_path / "clinic.toml").exists()
