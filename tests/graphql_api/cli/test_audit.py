"""The audit trail from the command line: verified, its head kept elsewhere, one patient's events."""

import asyncio
import re
import socket
import sys
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from booking.audit.prune import prune_trail
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from graphql_api.cli.main import main
from tests.booking.audit.trails import (
    PATIENT,
    a_trail,
    drop_triggers,
    overwrite,
    record,
    stored_head,
    stored_rows,
)
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)

Command = Callable[..., Awaitable[tuple[object, list[str]]]]


@pytest.fixture
def audit(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """`book-online audit ...`: its exit status or message, and the lines that it prints."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run() -> object:
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return None

    async def command(*arguments: str) -> tuple[object, list[str]]:
        monkeypatch.setattr(sys, "argv", ["book-online", "audit", *arguments])
        ended = await asyncio.to_thread(run)
        return ended, capsys.readouterr().out.splitlines()

    return command


async def test_a_trail_as_it_was_written_is_verified(audit: Command, database: Database) -> None:
    assert await audit("verify") == (0, ["The audit trail is empty."])
    await a_trail(database, 3)
    assert await audit("verify") == (0, ["All 3 rows are as they were written."])


async def test_a_trail_that_was_tampered_with_fails_and_names_the_row(
    audit: Command, database: Database
) -> None:
    await a_trail(database, 5)
    rows = await stored_rows(database)
    await drop_triggers(database)
    await overwrite(database, [*rows[:3], rows[3] | {"source": "192.0.2.1"}, rows[4]])
    before = "All before it is as it was written, up to row 3."
    assert await audit("verify") == (1, ["Row 4 was altered.", before])
    await overwrite(database, [*rows[:3], rows[4]])
    assert await audit("verify") == (1, ["Row 4 was removed.", before])
    await overwrite(database, rows[:3])
    assert await audit("verify") == (1, ["Rows 4 to 5 were removed.", before])
    await overwrite(database, [*rows, rows[4] | {"sequence": 6}])
    assert await audit("verify") == (
        1,
        ["Row 6 was inserted.", "All before it is as it was written, up to row 5."],
    )


async def test_a_pruned_trail_says_so(audit: Command, database: Database) -> None:
    await a_trail(database, 4)
    server = Actor(ActorKind.SERVER, "retention", "clinic.example")
    async with database.write() as session:
        await prune_trail(session, server, until=NOW.replace(year=2027), now=NOW, limit=3)
    assert await audit("verify") == (
        0,
        [
            "Rows 1 to 3 were deleted at the end of their retention.",
            "All 2 rows are as they were written.",
        ],
    )


async def test_a_head_that_is_kept_elsewhere_finds_an_earlier_state(
    audit: Command, database: Database
) -> None:
    assert await audit("head") == (0, ["0:"])
    await a_trail(database, 2)
    earlier, earlier_head = await stored_rows(database), await stored_head(database)
    await record(database, PATIENT)
    ended, [head] = await audit("head")
    assert ended == 0
    assert re.fullmatch(r"3:[0-9a-f]{64}", head)
    assert await audit("verify", "--head", head) == (
        0,
        ["All 3 rows are as they were written.", "The head that you kept is in the trail."],
    )
    await drop_triggers(database)
    await overwrite(database, earlier, head=earlier_head)
    assert await audit("verify") == (0, ["All 2 rows are as they were written."])
    ended, [sentence] = await audit("verify", "--head", head)
    assert (ended, "its newest rows were removed" in sentence) == (1, True)


@pytest.mark.parametrize("head", ["", "7", "7:xyz", "nothing"])
async def test_a_head_that_was_mistyped_is_refused(
    sqlite_url: str, head: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setattr(sys, "argv", ["book-online", "audit", "verify", "--head", head])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "is no head, as `audit head` prints it" in capsys.readouterr().err


async def test_the_events_of_a_patient_are_shown_and_the_look_at_them_is_one(
    audit: Command, database: Database
) -> None:
    await open_clinic(database)
    visit = (await make_booking(database, NINE)).appointments[0]
    nobody = "Nobody but the patient has seen or changed these data."
    assert await audit("for", visit.reference.lower()) == (0, [nobody])
    await record(database, visit.patient, PATIENT)
    ended, lines = await audit("for", str(visit.patient))
    assert ended == 0
    looked, viewed = [line.split("\t") for line in lines]
    assert viewed == ["2026-11-23 12:00:00 UTC", "read", "api-key 5f0a", "from 203.0.113.7", "a view"]
    assert looked[1] == "read"
    assert looked[2].startswith("command-line ")
    assert looked[3:] == [f"from {socket.gethostname()}", "audit trail"]
    assert await audit("verify") == (0, ["All 4 rows are as they were written."])


async def test_a_person_is_found_by_contact_with_all_bookings(audit: Command, database: Database) -> None:
    await open_clinic(database)
    bookings = [await make_booking(database, NINE), await make_booking(database, NINE + timedelta(days=7))]
    patients = [booking.appointments[0].patient for booking in bookings]
    await record(database, *patients)
    for number, contact in enumerate(("PATIENT@example.com", "(416) 555-0123")):
        ended, lines = await audit("for", contact)
        assert (ended, len(lines)) == (0, 2 + 2 * number)
    rows = await stored_rows(database)
    assert sorted(row["patient"] for row in rows) == sorted(patients * 3)
    assert "example.com" not in str(rows)


@pytest.mark.parametrize(
    "unknown", [str(uuid.UUID(int=7)), "XXXX-XXXX", "", "nobody@example.com", "@", "416 555 0199"]
)
async def test_an_unknown_patient_is_said_in_a_sentence(
    audit: Command, database: Database, unknown: str
) -> None:
    await open_clinic(database)
    ended, lines = await audit("for", unknown)
    assert str(ended).startswith("book-online: There is no ")
    assert lines == []
    assert await stored_rows(database) == []
