"""New zone data between two starts, as the clinic's office sees it: told, then kept or decided otherwise."""

import asyncio
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata

from tests.booking.notifications.bookings import make_booking
from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.cli.test_cli import run
from tests.support.clinics import small_clinic
from tests.support.databases import open_database

pytestmark = pytest.mark.processes


def new_zone_data(folder: Path) -> str:
    """A folder whose `tzdata` comes before the installed one: London keeps Berlin's clock in it."""
    package = folder / "new" / "tzdata"
    shutil.copytree(Path(tzdata.__file__).parent, package)
    shutil.copy(package / "zoneinfo" / "Europe" / "Berlin", package / "zoneinfo" / "Europe" / "London")
    return str(package.parent)


def book_a_visit(folder: Path) -> tuple[str, str]:
    """Its reference and its day, next month at 10:00."""
    now = datetime.now(UTC)
    start = (now + timedelta(days=30)).astimezone(ZoneInfo("Europe/London"))
    start = start.replace(hour=10, minute=0, second=0, microsecond=0)

    async def book() -> str:
        database = open_database(f"sqlite:///{folder / 'book-online.sqlite3'}")
        booking = await make_booking(database, start, service="visit", practitioner="one", now=now)
        await database.close()
        return booking.appointments[0].reference

    return asyncio.run(book()), start.date().isoformat()


def test_new_zone_data_is_told_before_the_load_and_the_wall_time_is_kept(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(small_clinic(zone="Europe/London", hours="08:00-20:00"), "utf-8")
    assert run("load", folder=tmp_path).returncode == 0
    reference, day = book_a_visit(tmp_path)
    assert run("appointments", "check", folder=tmp_path).returncode == 0

    data = new_zone_data(tmp_path)

    def updated(*arguments: str) -> subprocess.CompletedProcess[str]:
        root = str(Path(__file__).parents[3])
        return run_command(
            *arguments, folder=tmp_path, environment={"PYTHONPATH": f"{data}:{root}"}, starts_anew=True
        )

    kept = f"Appointment {reference} stays on {day} at 10:00, as the patient was told: from UTC+"
    check, dry_run, again = (
        updated("appointments", "check"),
        updated("load", "--dry-run"),
        updated("load", "--dry-run"),
    )
    assert check.returncode == 1
    assert check.stdout.startswith(kept)
    assert dry_run.stdout == again.stdout == check.stdout
    instead = updated("load", "--dry-run", "--keep-instants")
    assert instead.stdout == (
        f"Appointment {reference} is on {day} at 11:00 now, and the patient was told {day} at 10:00.\n"
    )
    loaded = updated("load")
    assert (loaded.returncode, loaded.stdout) == (0, check.stdout)
    assert updated("load").stdout == ""
    assert updated("appointments", "check").returncode == 0


def test_the_operator_keeps_the_instant_of_one_visit(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(small_clinic(zone="Europe/London", hours="08:00-20:00"), "utf-8")
    run("load", folder=tmp_path)
    reference, day = book_a_visit(tmp_path)
    path = f"{new_zone_data(tmp_path)}:{Path(__file__).parents[3]}"

    def updated(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, folder=tmp_path, environment={"PYTHONPATH": path}, starts_anew=True)

    decided = updated("appointments", "keep-instant", reference)
    unknown = updated("appointments", "keep-instant", "NO-SUCH")

    assert decided.stdout == (
        f"Appointment {reference} is on {day} at 11:00 now, and the patient was told {day} at 10:00.\n"
    )
    assert updated("load").stdout == ""
    assert unknown.returncode == 1
    assert unknown.stderr == "book-online: No visit that is still to come has the reference 'NO-SUCH'.\n"
