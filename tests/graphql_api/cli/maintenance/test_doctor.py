"""`book-online doctor`, on both databases: it fails for a problem alone."""

import pytest
from sqlalchemy import text

from booking.storage.database import Database
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.maintenance.doctor_findings import examined, problem

pytestmark = pytest.mark.processes


async def test_a_clinic_without_a_backup_is_told_how_to_make_one(clinic: ClinicCommands) -> None:
    await clinic.lines("backup", "clinic.backup")
    assert "`book-online data-keys backup FILE` makes one" in await problem(clinic, "key store backup")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_servers_that_cannot_share_limits(clinic: ClinicCommands, database: Database) -> None:
    async with database.engine.begin() as operator:
        await operator.execute(text("ALTER TABLE spent_limits RENAME TO lost"))
    status, found = await examined(clinic)
    assert (status, found["limits"][0]) == (1, "problem")
    assert "the database has not the tables of this version" in found["limits"][1]


async def test_a_clinic_without_a_problem(clinic: ClinicCommands) -> None:
    await clinic.lines("backup", "clinic.backup")
    await clinic.lines("data-keys", "backup", "keys.backup")

    lines = [line.split("\t") for line in await clinic.lines("doctor")]
    status, found = await examined(clinic)

    assert status == 0
    assert list(dict.fromkeys(subject for _, subject, _ in lines)) == list(found)
    assert found.keys() | {"disk"} == {
        *("settings", "clinic file", "database", "files", "disk", "clock", "keys", "mail server", "outbox"),
        *("backup", "key store backup", "features", "limits", "proxies", "time zones"),
    }
    assert found["database"] == ("ok", "it answers, and has the tables of this version")
    assert found["clock"] == ("ok", "this machine and the database agree")
    assert found["keys"][1].startswith("the key store belongs to the database, and its ")
    assert found["mail server"] == ("note", "no mail is sent: BOOK_ONLINE_MAIL_URL is not set")
    assert found["outbox"] == ("ok", "0 deliveries wait")
    assert found["backup"][1].startswith("the last was made at ")
    assert found["key store backup"][1].startswith("the last was made at ")
    assert found["limits"][0] == "ok"
