"""The key store: keys are made ahead, wrapped, rotated and destroyed, and no other store is taken for it."""

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from booking.encryption.key_ring import KeyProblem, KeyRing, new_key_encryption_key
from booking.storage.key_store import data_keys as module
from booking.storage.key_store.data_keys import STOCK, DataKeys, KeyPurpose
from booking.storage.key_store.database import WrongKeyStore
from booking.storage.key_store.table import DATA_KEYS
from graphql_api.settings import Settings
from tests.support.clinics import NOW


class Ring:
    """Key-encryption keys that a test rotates."""

    def __init__(self) -> None:
        self.ring = KeyRing((new_key_encryption_key(),))

    def __call__(self) -> KeyRing:
        return self.ring

    def rotate(self) -> None:
        self.ring = KeyRing((new_key_encryption_key(), *self.ring.keys))


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
async def store(database_url: str, ring: Ring) -> AsyncIterator[DataKeys]:
    """Empty, on both databases: the test's own database is as good as any other."""
    opened = DataKeys(database_url, ring)
    yield opened
    await opened.close()


async def test_a_key_is_read_as_it_was_made_by_every_process(store: DataKeys, ring: Ring) -> None:
    await store.prepare(None, now=NOW)
    key = await store.new_key(now=NOW)
    other = DataKeys(store.database.url, ring)
    assert await other.keys_by_id([key.id]) == {key.id: key}
    assert await other.clinic_key(KeyPurpose.AUDIT) == await store.clinic_key(KeyPurpose.AUDIT)
    await other.close()


async def test_keys_are_made_ahead_in_one_transaction(store: DataKeys) -> None:
    await store.prepare(None, now=NOW)
    before = await store.status()
    for _ in range(STOCK):
        await store.new_key(now=NOW)
    assert sum((await store.status()).wrapped_by.values()) == sum(before.wrapped_by.values()) + STOCK


async def test_preparing_again_and_from_many_processes_makes_one_store(store: DataKeys, ring: Ring) -> None:
    others = [DataKeys(store.database.url, ring) for _ in range(3)]
    references = await asyncio.gather(*(each.prepare(None, now=NOW) for each in [store, *others]))
    assert len(set(references)) == 1
    assert await store.prepare(references[0], now=NOW) == references[0]
    assert (await store.status()).wrapped_by == {ring.ring.first.id: len(KeyPurpose)}
    for other in others:
        await other.close()


async def test_a_destroyed_key_is_gone_and_the_others_stay(store: DataKeys) -> None:
    await store.prepare(None, now=NOW)
    gone, kept = await store.new_key(now=NOW), await store.new_key(now=NOW)
    for _ in range(2):
        await store.destroy([gone.id], now=NOW + timedelta(days=1))
    assert await store.keys_by_id([gone.id, kept.id]) == {gone.id: None, kept.id: kept}
    assert (await store.status()).destroyed == 1


def is_in_files(secret: bytes, folder: Path) -> bool:
    return any(secret in file.read_bytes() for file in folder.iterdir())


async def test_a_destroyed_key_leaves_sqlites_files_although_one_reads_meanwhile(
    ring: Ring, tmp_path: Path
) -> None:
    file = tmp_path / "keys.sqlite3"
    store, other = (DataKeys(f"sqlite:///{file}", ring) for _ in range(2))
    await store.prepare(None, now=NOW)
    key = await store.new_key(now=NOW)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        [wrapped] = reader.execute("SELECT wrapped FROM data_keys WHERE id = ?", [key.id.hex]).fetchone()
        destroying = asyncio.create_task(store.destroy([key.id], now=NOW))
        while (await other.keys_by_id([key.id]))[key.id]:  # noqa: ASYNC110  (no event tells)
            await asyncio.sleep(0.01)
        assert is_in_files(wrapped, tmp_path)
    await destroying

    assert not is_in_files(wrapped, tmp_path)
    await store.close()
    await other.close()


async def test_a_key_of_the_clinic_is_never_destroyed(store: DataKeys) -> None:
    await store.prepare(None, now=NOW)
    key = await store.clinic_key(KeyPurpose.AUDIT)
    await store.destroy([key.id], now=NOW)
    assert await store.keys_by_id([key.id]) == {key.id: key}


async def test_a_key_that_was_never_here_is_no_destroyed_key(store: DataKeys) -> None:
    await store.prepare(None, now=NOW)
    with pytest.raises(WrongKeyStore, match="has no data key"):
        await store.keys_by_id([uuid.uuid4()])


async def test_rotation_changes_no_data_key_and_can_be_stopped_and_begun_again(
    store: DataKeys, ring: Ring
) -> None:
    await store.prepare(None, now=NOW)
    keys = await store.new_keys(500, now=NOW)
    server = DataKeys(store.database.url, ring)  # runs all the while
    await server.clinic_key(KeyPurpose.STORE)
    ring.rotate()

    done, left = await store.rewrap()
    assert done > 0
    assert left > 0
    assert set((await store.status()).wrapped_by) == {key.id for key in ring.ring.keys}
    made_meanwhile = await server.new_key(now=NOW)
    again = DataKeys(store.database.url, ring)
    while left:
        _, left = await again.rewrap()
    await again.close()

    assert set((await store.status()).wrapped_by) == {ring.ring.first.id}
    ring.ring = KeyRing((ring.ring.first,))
    for process in (server, store):
        read = await process.keys_by_id([key.id for key in [*keys, made_meanwhile]])
        assert read == {key.id: key for key in [*keys, made_meanwhile]}
    await server.close()


async def test_a_key_for_a_purpose_that_is_new_is_made_at_the_next_start(
    store: DataKeys, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await store.prepare(None, now=NOW)
    before = await store.clinic_key(KeyPurpose.CONTACT_INDEX)
    async with store.database.changing() as connection:
        await connection.execute(delete(DATA_KEYS).where(DATA_KEYS.c.purpose == KeyPurpose.WEBHOOK_SECRET))

    upgraded = DataKeys(store.database.url, ring)
    with pytest.raises(WrongKeyStore, match="has no webhook-secret key"):
        await upgraded.prepare(reference, now=NOW)
    monkeypatch.setattr(module, "ADDED_LATER", frozenset({KeyPurpose.WEBHOOK_SECRET}))
    assert await upgraded.prepare(reference, now=NOW) == reference

    made = await upgraded.clinic_key(KeyPurpose.WEBHOOK_SECRET)
    assert await upgraded.prepare(reference, now=NOW) == reference
    assert await upgraded.clinic_key(KeyPurpose.WEBHOOK_SECRET) == made
    assert await upgraded.clinic_key(KeyPurpose.CONTACT_INDEX) == before
    await upgraded.close()


async def test_a_wrong_key_encryption_key_changes_nothing(store: DataKeys, ring: Ring) -> None:
    reference = await store.prepare(None, now=NOW)
    right = ring.ring
    ring.ring = KeyRing((new_key_encryption_key(),))
    stranger = DataKeys(store.database.url, ring)
    with pytest.raises(KeyProblem, match="give it that key as well"):
        await stranger.prepare(reference, now=NOW)
    with pytest.raises(KeyProblem, match="give it that key as well"):
        await stranger.rewrap()
    ring.ring = right
    assert await stranger.prepare(reference, now=NOW) == reference
    await stranger.close()


async def test_an_empty_or_another_store_is_not_taken_for_the_lost_one(
    store: DataKeys, ring: Ring, tmp_path: Path
) -> None:
    reference = await store.prepare(None, now=NOW)
    for name, is_empty in (("empty", True), ("other", False)):
        wrong = DataKeys(f"sqlite:///{tmp_path / name}.sqlite3", ring)
        if not is_empty:
            await wrong.prepare(None, now=NOW)
        with pytest.raises(
            WrongKeyStore, match="there is no key store" if is_empty else "belongs to another database"
        ):
            await wrong.prepare(reference, now=NOW)
        await wrong.close()


async def test_a_swapped_or_altered_row_is_refused(store: DataKeys, ring: Ring) -> None:
    await store.prepare(None, now=NOW)
    one, other = await store.new_key(now=NOW), await store.new_key(now=NOW)
    wrapped = ring.ring.first.wrap(other, "patient")
    async with store.database.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(update(DATA_KEYS).where(DATA_KEYS.c.id == one.id).values(wrapped=wrapped))
    with pytest.raises(KeyProblem, match="moved from another row"):
        await store.keys_by_id([one.id])
    assert await store.keys_by_id([other.id]) == {other.id: other}


async def test_a_lost_table_of_keys_is_told_at_start(store: DataKeys) -> None:
    reference = await store.prepare(None, now=NOW)
    async with store.database.engine.execution_options(writes=True).begin() as connection:
        await connection.execute(delete(DATA_KEYS))
    store._clinic_keys.clear()
    with pytest.raises(WrongKeyStore, match="is empty"):
        await store.prepare(reference, now=NOW)


def test_the_store_is_beside_the_database_unless_a_setting_says_otherwise() -> None:
    assert (
        Settings("sqlite:///data/clinic.sqlite3").data_keys().database.url
        == "sqlite:///data/clinic-keys.sqlite3"
    )
    postgres = Settings("postgresql://me:word@host/clinic?ssl=require").data_keys().database.url
    assert postgres == "postgresql://me:word@host/clinic_keys?ssl=require"
    assert (
        Settings("sqlite:///x.sqlite3", data_keys_url="sqlite:///y").data_keys().database.url == "sqlite:///y"
    )
    assert Settings("sqlite:///data/clinic.sqlite3").key_encryption_file.path == Path("data/clinic.key")
