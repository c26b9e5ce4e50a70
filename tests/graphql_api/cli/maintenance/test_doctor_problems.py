"""The problems that `book-online doctor` finds. The kind of database makes no difference to them."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graphql_api.cli.maintenance import database_checks
from graphql_api.cli.maintenance.checks import disk_finding
from graphql_api.cli.maintenance.database_checks import clock_finding
from graphql_api.cli.maintenance.findings import Level
from graphql_api.settings import Settings
from tests.booking.notifications.mailbox import mailbox
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.maintenance.conftest import file_of
from tests.graphql_api.cli.maintenance.doctor_findings import examined, problem

pytestmark = pytest.mark.processes

MAIL_FROM = "Sample Clinic <bookings@example.com>"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def healthy(clinic: ClinicCommands) -> ClinicCommands:
    await clinic.lines("backup", "clinic.backup")
    await clinic.lines("data-keys", "backup", "keys.backup")
    return clinic


def run_sql(url: str, *statements: str) -> None:
    with closing(sqlite3.connect(file_of(url))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_a_file_that_others_may_read(healthy: ClinicCommands) -> None:
    file_of(healthy.url).chmod(0o644)
    assert f"chmod 600 {file_of(healthy.url)}" in await problem(healthy, "files")


async def test_keys_that_are_missing(healthy: ClinicCommands) -> None:
    healthy.key_file.unlink()
    assert f"there is no key file {healthy.key_file}" in await problem(healthy, "keys")


async def test_mistakes_in_the_clinics_file(healthy: ClinicCommands) -> None:
    with (healthy.folder / "clinic.toml").open("a") as file:
        file.write("\n[polcy]\n")
    assert "did you mean 'policy'?" in await problem(healthy, "clinic file")


async def test_links_that_lead_nowhere(healthy: ClinicCommands) -> None:
    said = await problem(healthy, "settings", BOOK_ONLINE_MODE="production")
    assert said.startswith("BOOK_ONLINE_SITE is http://127.0.0.1:8000, so links in mails lead nowhere")


async def test_a_setting_that_is_none(healthy: ClinicCommands) -> None:
    done = await healthy.run("doctor", BOOK_ONLINE_HOLD_PER_CLIENT="3")
    assert done.returncode == 1
    assert "did you mean BOOK_ONLINE_HOLDS_PER_CLIENT?" in done.stderr


async def test_deliveries_that_wait_and_that_were_given_up(healthy: ClinicCommands) -> None:
    listen = "INSERT INTO outbox_listeners (name) VALUES ('mail')"
    wait = "INSERT INTO outbox_deliveries (event, listener, attempts, due_at) "
    wait += "SELECT id, 'mail', 1, occurred_at FROM outbox_events"
    run_sql(healthy.url, listen, wait)
    said = await problem(healthy, "outbox")
    assert said.startswith("2 deliveries to mail wait, the oldest since 2020-03-01 15:00:00 UTC")

    run_sql(healthy.url, "UPDATE outbox_deliveries SET due_at = NULL")
    assert "`book-online outbox retry mail` makes them again" in await problem(healthy, "outbox")


@pytest.mark.parametrize(
    ("detail", "subject", "command"),
    [
        ("database backed up", "backup", "backup"),
        ("key store backed up", "key store backup", "data-keys backup"),
    ],
)
async def test_a_backup_that_is_old(healthy: ClinicCommands, detail: str, subject: str, command: str) -> None:
    # The trail refuses to change a row, so its clock is set back by hand.
    run_sql(
        healthy.url,
        "DROP TRIGGER audit_events_update",
        f"UPDATE audit_events SET recorded_at = '2026-11-01 03:15:00.000000' WHERE detail = '{detail}'",
    )
    asked = f"days old: is the nightly `book-online {command}` still run?"
    assert asked in await problem(healthy, subject)


async def test_a_database_that_cannot_be_used_leaves_the_other_checks(healthy: ClinicCommands) -> None:
    status, found = await examined(healthy, DATABASE_URL="postgresql://u@127.0.0.1:1/name")
    assert status == 1
    assert "nothing listens at 127.0.0.1:1" in found["database"][1]
    assert found.keys() >= {"settings", "clinic file", "mail server", "proxies", "time zones"}
    assert not found.keys() & {"clock", "keys", "outbox", "backup"}


async def test_a_database_of_an_earlier_version(healthy: ClinicCommands) -> None:
    run_sql(healthy.url, "UPDATE alembic_version SET version_num = '0001'")
    assert "`book-online load` makes today's tables" in await problem(healthy, "database")


async def test_the_login_at_the_mail_server(healthy: ClinicCommands) -> None:
    async with mailbox() as box:
        url = f"smtp://clinic:secret-word@127.0.0.1:{box.port}"
        mail = {"BOOK_ONLINE_MAIL_URL": url, "BOOK_ONLINE_MAIL_FROM": MAIL_FROM}
        status, found = await examined(healthy, **mail)
        assert (status, found["mail server"][0], box.messages) == (0, "ok", [])
        assert box.logins == [("clinic", "secret-word")]

        box.replies["AUTH"] = "535 5.7.8 No"
        said = await problem(healthy, "mail server", **mail)
    assert said.startswith(f"127.0.0.1:{box.port} can't be used: 535 5.7.8: correct BOOK_ONLINE_MAIL_URL")


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (timedelta(seconds=1), (Level.OK, "this machine and the database agree")),
        (timedelta(seconds=90), (Level.PROBLEM, "the database's clock is 90 s ahead of this machine's")),
        (timedelta(seconds=-90), (Level.PROBLEM, "the database's clock is 90 s behind this machine's")),
    ],
)
def test_two_clocks(difference: timedelta, said: tuple[Level, str]) -> None:
    level, sentence = clock_finding(difference)
    assert (level, sentence.startswith(said[1])) == (said[0], True)


def test_a_slow_answer_of_the_database_is_no_wrong_clock(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was asked nine seconds ago."""
    now = datetime.now(UTC)
    times = iter([now - timedelta(seconds=9), now + timedelta(minutes=1)])
    monkeypatch.setattr(database_checks, "system_clock", lambda: next(times))

    [(level, _)] = database_checks.clock(Settings(database_url), now)

    assert level is Level.OK


def test_a_disk_that_is_nearly_full() -> None:
    assert disk_finding(Path("/srv"), 3_200_000_000) == (Level.OK, "3.2 GB are free in /srv")
    level, sentence = disk_finding(Path("/srv"), 90_000_000)
    assert (level, sentence.startswith("only 90 MB are free in /srv: make room")) == (Level.PROBLEM, True)
