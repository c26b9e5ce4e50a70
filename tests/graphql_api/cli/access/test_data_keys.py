"""`book-online data-keys`: keys are made, rotated and shown, and a key that is there is never overwritten."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from booking.encryption.key_ring import KeyRing, new_key_encryption_key
from booking.storage.database import Database
from tests.booking.notifications.bookings import make_booking
from tests.booking.patients.stored_contacts import all_contacts
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.command_line import run_command

pytestmark = pytest.mark.processes

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)
VARIABLE = "BOOK_ONLINE_KEY_ENCRYPTION_KEYS"


def ring_of(commands: ClinicCommands) -> KeyRing:
    return KeyRing.parse(commands.key_file.read_text("utf-8"), source="a test")


async def contacts(commands: ClinicCommands) -> int:
    """How many patients can be read with the key file as it is."""
    database = commands.open_database()
    found = await all_contacts(database)
    await database.close()
    return len(found)


async def book(database: Database) -> None:
    for day in range(3):
        await make_booking(database, NINE + timedelta(days=7 * day))


def test_init_makes_one_key_file_for_its_owner_alone_and_never_another(tmp_path: Path) -> None:
    def init(*options: str) -> tuple[int, str, str]:
        done = run_command("data-keys", "init", *options, folder=tmp_path, environment={})
        return done.returncode, done.stdout, done.stderr

    status, said, _ = init()
    assert (status, "Keep a copy of it away" in said) == (0, True)
    file = tmp_path / "book-online.key"
    made = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600

    status, _, mistake = init()
    assert (status, mistake.count("\n"), "was left as it is" in mistake) == (1, 1, True)
    assert init("--if-missing") == (0, "", "")
    status, printed, _ = init("--print")
    assert (status, len(KeyRing.parse(printed, source="a test").keys)) == (0, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["book-online.key"]
    assert file.read_bytes() == made

    file.write_bytes(b"")
    status, _, mistake = init("--if-missing")
    assert (status, "holds no key" in mistake) == (1, True)


async def test_rotate_wraps_all_keys_anew_and_status_counts_them(
    commands: ClinicCommands, database: Database
) -> None:
    await book(database)
    [former] = ring_of(commands).keys
    before, none, _ = await commands.lines("data-keys", "status") + [""]
    [number] = re.findall(rf"{former.id} wraps (\d+) data keys", before)
    assert none.startswith("0 data keys are destroyed")

    for _ in range(2):
        [done] = await commands.lines("data-keys", "rotate")
        first, second = ring_of(commands).keys
        assert (done, second) == (f"All data keys are wrapped by {first.id}.", former)
        assert await commands.lines("data-keys", "status") == [
            f"{first.id} wraps {number} data keys",
            f"{former.id} wraps none",
            "0 data keys are destroyed: their patients are erased",
        ]
        assert await contacts(commands) == 3
        former = first
    assert commands.key_file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in commands.folder.iterdir()) == ["clinic.key", "clinic.toml"]


async def test_a_rotation_that_was_stopped_goes_on_with_the_same_key(
    commands: ClinicCommands, database: Database
) -> None:
    await book(database)
    new = new_key_encryption_key()
    commands.key_file.write_text(f"{new}\n{commands.key_file.read_text('utf-8')}", "utf-8")
    assert await commands.lines("data-keys", "rotate") == [f"All data keys are wrapped by {new.id}."]
    assert ring_of(commands).first == new
    assert await contacts(commands) == 3


async def test_keys_of_the_environment_are_rotated_by_their_operator(
    commands: ClinicCommands, database: Database
) -> None:
    await book(database)
    [former], new = ring_of(commands).keys, new_key_encryption_key()
    commands.key_file.unlink()
    told = await commands.sentence("data-keys", "rotate", **{VARIABLE: str(former)})
    assert "put a new key first" in told
    assert "wraps" in await commands.sentence("data-keys", "rotate", **{VARIABLE: str(new)})

    both = {VARIABLE: f"{new},{former}"}
    assert await commands.lines("data-keys", "rotate", **both) == [f"All data keys are wrapped by {new.id}."]
    shown = await commands.lines("data-keys", "status", **{VARIABLE: str(new)})
    assert shown[0].startswith(f"{new.id} wraps ")
    assert not commands.key_file.exists()

    lost = await commands.run("data-keys", "status", **{VARIABLE: str(former)})
    assert (lost.returncode, "and this server has not got it" in lost.stdout) == (1, True)
    found = await commands.lines("patients", "find", "--phone", "416 555 0123", **{VARIABLE: str(new)})
    assert len(found) == 3
