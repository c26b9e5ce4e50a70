"""Keys that are missing, wrong or damaged: one sentence says so, and nothing is overwritten."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, make_url, select, text, update

from booking.encryption.key_ring import new_key_encryption_key
from booking.storage.database import Database
from booking.storage.key_store.data_keys import DataKeys, KeyPurpose
from booking.storage.key_store.table import DATA_KEYS
from booking.storage.models.appointments import Patient
from graphql_api.settings import Settings
from tests.booking.notifications.bookings import make_booking
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import NOW, SAMPLE
from tests.support.databases import Postgres, sqlite_copy

pytestmark = pytest.mark.processes

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)
SERVE = ("serve", "--port", "0")
FIND = ("patients", "find", "--phone", "416 555 0123")
PRODUCTION = {"BOOK_ONLINE_MODE": "production"}


@pytest.fixture
async def booked(commands: ClinicCommands, database: Database) -> ClinicCommands:
    """With two patients."""
    for day in range(2):
        await make_booking(database, NINE + timedelta(days=day), name=f"Patient {day}")
    return commands


async def contents(url: str) -> bytes:
    """Of the clinic's patients and of the key store, as they are stored."""
    database, store = Database(url), Settings(url).data_keys()
    async with database.read() as session:
        rows = (await session.execute(text("SELECT * FROM patients ORDER BY id"))).all()
    async with store.database.engine.connect() as connection:
        keys = (await connection.execute(select(DATA_KEYS).order_by(DATA_KEYS.c.id))).all()
    await database.close()
    await store.close()
    return hashlib.sha256(repr((rows, keys)).encode()).digest()


def another_key(file: Path) -> None:
    file.write_text(f"{new_key_encryption_key()}\n", "utf-8")


def cut(file: Path) -> None:
    file.write_text(file.read_text("utf-8")[:-9], "utf-8")


def mistyped(file: Path) -> None:
    line = file.read_text("utf-8").rstrip("\n")
    file.write_text(line[:-4] + ("AAA=" if not line.endswith("AAA=") else "BBB="), "utf-8")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir(mode=0o700)


KEY_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "there is no key file"),
    "another key": (another_key, "give it that key as well (nothing was changed)"),
    "cut": (cut, "is no key-encryption key"),
    "mistyped": (mistyped, "was altered; copy it once more"),
    "empty": (lambda file: file.write_text(""), "holds no key"),
    "no text": (lambda file: file.write_bytes(b"\xff\xfe"), "can't be read"),
    "a folder": (a_folder, "can't be read"),
    "open to the group": (lambda file: file.chmod(0o640), "chmod 600"),
    "open to all": (lambda file: file.chmod(0o604), "chmod 600"),
}


@pytest.mark.parametrize("problem", KEY_FILES)
async def test_a_key_file_that_can_not_be_used_stops_the_start_and_each_command(
    booked: ClinicCommands, problem: str
) -> None:
    before = await contents(booked.url)
    damage, sentence = KEY_FILES[problem]
    damage(booked.key_file)
    left = booked.key_file.read_bytes() if booked.key_file.is_file() else None
    for command in (SERVE, ("load",), ("data-keys", "rotate")):
        said = await booked.sentence(*command)
        assert sentence in said or "is not among the key-encryption keys" in said
    assert sentence in await booked.sentence(*SERVE, **PRODUCTION)
    assert booked.key_file.exists() == (problem != "missing")
    assert (booked.key_file.read_bytes() if booked.key_file.is_file() else None) == left
    assert await contents(booked.url) == before


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("secret", "BOOK_ONLINE_KEY_ENCRYPTION_KEYS holds something that is no key-encryption key"),
        (",", "BOOK_ONLINE_KEY_ENCRYPTION_KEYS holds no key"),
        (str(new_key_encryption_key())[:-5], "is no key-encryption key"),
        (str(new_key_encryption_key()), "give it that key as well"),
    ],
    ids=["no key", "empty", "cut", "another key"],
)
async def test_a_wrong_key_of_the_environment_stops_the_start(
    booked: ClinicCommands, value: str, sentence: str
) -> None:
    before = await contents(booked.url)
    said = await booked.sentence(*SERVE, BOOK_ONLINE_KEY_ENCRYPTION_KEYS=value)
    assert sentence in said
    assert value[20:] not in said or len(value) <= 20
    assert await contents(booked.url) == before


async def test_a_new_clinic_in_production_needs_a_key_before_anything_is_made(
    commands: ClinicCommands, tmp_path: Path
) -> None:
    commands.key_file.unlink()
    file = tmp_path / "new" / "clinic.sqlite3"
    file.parent.mkdir()
    said = await commands.sentence(*SERVE, DATABASE_URL=f"sqlite:///{file}", **PRODUCTION)
    assert "`book-online data-keys init` makes one for a new clinic" in said
    assert sorted(path.name for path in commands.folder.iterdir()) == ["clinic.toml"]
    stores = [path for path in file.parent.iterdir() if "keys" in path.name or path.suffix == ".key"]
    assert stores == []


Damage = Callable[[DataKeys], Awaitable[None]]


async def without_table(store: DataKeys) -> None:
    async with store.database.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(text("DROP TABLE data_keys"))


async def without_rows(store: DataKeys) -> None:
    async with store.database.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(delete(DATA_KEYS))


async def without_index_key(store: DataKeys) -> None:
    index = DATA_KEYS.c.purpose == KeyPurpose.CONTACT_INDEX
    async with store.database.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(delete(DATA_KEYS).where(index))


async def index_key_of_another(store: DataKeys) -> None:
    """The wrapped secret of another purpose's key."""
    audit = select(DATA_KEYS.c.wrapped).where(DATA_KEYS.c.purpose == KeyPurpose.AUDIT)
    index = DATA_KEYS.c.purpose == KeyPurpose.CONTACT_INDEX
    async with store.database.engine.execution_options(writes=True).begin() as connection:
        wrapped = await connection.scalar(audit)
        await connection.execute(update(DATA_KEYS).where(index).values(wrapped=wrapped))


STORES: dict[str, tuple[Damage, str]] = {
    "without its table": (without_table, "is empty"),
    "without a key": (without_rows, "is empty"),
    "without the index key": (without_index_key, "has no contact-index key"),
    "with another index key": (index_key_of_another, "was altered, cut, or moved from another row"),
}


@pytest.mark.parametrize("problem", STORES)
async def test_a_key_store_that_was_emptied_or_altered_stops_the_start_and_stays_as_it_is(
    booked: ClinicCommands, problem: str
) -> None:
    damage, sentence = STORES[problem]
    store = Settings(booked.url).data_keys()
    await damage(store)
    await store.close()
    for _ in range(2):  # The first start has filled nothing.
        said = await booked.sentence(*SERVE)
        assert sentence in said
        assert "restore" in said


def test_a_key_store_that_is_missing_is_not_made_again(sqlite_url: str, tmp_path: Path) -> None:
    commands = ClinicCommands.on(sqlite_url, tmp_path / "operator")
    (commands.folder / "clinic.toml").write_text(SAMPLE, "utf-8")
    store = Path(str(make_url(Settings(sqlite_url).data_keys().database.url).database))
    for file in store.parent.glob(f"{store.name}*"):
        file.unlink()
    for command in (("data-keys", "status"), ("data-keys", "rotate"), SERVE, FIND):
        done = run_command(*command, folder=commands.folder, environment=commands.environment)
        assert (done.returncode, done.stdout) == (1, "")
        said = done.stderr.splitlines()[-1]
        assert said.startswith(f"book-online: there is no key store {store}, with whose keys patients' data")
    assert not store.exists()


def test_a_key_store_that_the_server_lacks_is_told_and_not_made_again(
    postgresql_url: str, postgres: Postgres, tmp_path: Path
) -> None:
    commands = ClinicCommands.on(postgresql_url, tmp_path / "operator")
    (commands.folder / "clinic.toml").write_text(SAMPLE, "utf-8")
    store = make_url(Settings(postgresql_url).data_keys().database.url).database
    postgres.run(f"DROP DATABASE {store} WITH (FORCE)")
    for command in (("data-keys", "status"), SERVE):
        done = run_command(*command, folder=commands.folder, environment=commands.environment)
        assert (done.returncode, done.stdout) == (1, "")
        said = done.stderr.splitlines()[-1]
        assert said.startswith(f"book-online: the key store {store} can't be used: ")
        assert f"{store}" in said.partition(": ")[2].partition(": ")[2]


async def test_replicas_with_another_key_store_are_refused(
    booked: ClinicCommands, migrated_sqlite: Path, tmp_path: Path
) -> None:
    """Their keys, and the key of their indexes, are others."""
    folder = tmp_path / "another clinic"
    folder.mkdir()
    other = Settings(sqlite_copy(migrated_sqlite, folder))
    ring = other.key_encryption_file.read()
    store = DataKeys(f"sqlite:///{folder / 'other-keys.sqlite3'}", lambda: ring)
    await store.prepare(None, now=NOW)
    await store.close()
    before = await contents(booked.url)
    replica = {
        "BOOK_ONLINE_DATA_KEYS_URL": store.database.url,
        "BOOK_ONLINE_KEY_FILE": str(other.key_encryption_file.path.resolve()),
    }
    said = await booked.sentence(*SERVE, **replica)
    assert "belongs to another database: check BOOK_ONLINE_DATA_KEYS_URL (nothing was changed)" in said
    found = await booked.run(*FIND, **replica)
    assert (found.returncode, found.stdout) == (1, "")
    assert "belongs to another database" in found.stderr.splitlines()[-1]
    assert await contents(booked.url) == before


@pytest.mark.parametrize("problem", ["swapped", "cut", "emptied", "altered"])
async def test_a_ciphertext_that_was_moved_or_cut_is_a_sentence_and_stays_as_it_is(
    booked: ClinicCommands, database: Database, problem: str
) -> None:
    async with database.write() as session:
        one, other = (await session.scalars(select(Patient).order_by(Patient.created_at, Patient.id))).all()
        assert one.name
        assert other.name
        damaged = {
            "swapped": other.name,
            "cut": type(one.name)(one.name[:-1]),
            "emptied": type(one.name)(b""),
            "altered": type(one.name)(one.name[:20] + bytes([one.name[20] ^ 1]) + one.name[21:]),
        }[problem]
        patient = one.id
        await session.execute(update(Patient).where(Patient.id == patient).values(name=damaged))
    before = await contents(booked.url)
    for verb in ("find", "export"):
        said = await booked.run("patients", verb, "--patient", str(patient))
        assert (said.returncode, said.stdout) == (1, "")
        last = said.stderr.splitlines()[-1]
        assert last.startswith(f"book-online: patients.name of {patient} can't be decrypted")
        assert "Traceback" not in said.stderr
    assert await contents(booked.url) == before
