"""The key store: the data key of each patient, wrapped, in a database of its own.

It is apart from the clinic's database, so that a key that was destroyed is in no backup of that.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from booking.encryption.cipher import DataKey, new_data_key
from booking.encryption.key_ring import KeyRing
from booking.storage.key_store.database import KeyStoreDatabase, WrongKeyStore
from booking.storage.key_store.table import DATA_KEYS, PATIENT

STOCK = 32
"""So many patients' keys are made in one transaction, ahead of the patients."""
REWRAP_BATCH = 200
REFERENCE_DIGITS = 24

KEY_BY_ID = select(DATA_KEYS).where(DATA_KEYS.c.id.in_(bindparam("ids", expanding=True)))
KEY_BY_PURPOSE = select(DATA_KEYS).where(DATA_KEYS.c.purpose == bindparam("wanted"))
NEW_KEYS = insert(DATA_KEYS)


class KeyPurpose(StrEnum):
    """What the clinic's own keys are for: there is one of each."""

    STORE = "store"
    """Names the key store."""
    CONTACT_INDEX = "contact-index"
    AUDIT = "audit"
    MANAGE_TOKEN = "manage-token"  # noqa: S105  (no token)
    WEBHOOK_SECRET = "webhook-secret"  # noqa: S105  (no secret)
    NAME_INDEX = "name-index"
    STAFF_SECRET = "staff-secret"  # noqa: S105  (no secret)
    CALENDAR_SECRET = "calendar-secret"  # noqa: S105  (no secret)


ADDED_LATER: frozenset[KeyPurpose] = frozenset(
    {KeyPurpose.NAME_INDEX, KeyPurpose.STAFF_SECRET, KeyPurpose.CALENDAR_SECRET}
)
"""What key stores of earlier versions have no key for: it is made at the next start. Any other is lost."""


@dataclass(frozen=True)
class KeyStoreStatus:
    """`wrapped_by` counts the data keys of each key-encryption key, by its id."""

    wrapped_by: Mapping[str, int]
    destroyed: int


class DataKeys:
    """Reads, makes and destroys data keys. One for each process; its engine opens at the first use."""

    def __init__(self, url: str, read_ring: Callable[[], KeyRing]) -> None:
        """`read_ring` reads the key-encryption keys (again, where they were rotated meanwhile)."""
        self.database = KeyStoreDatabase(url)
        self._read_ring = read_ring
        self._ring: KeyRing | None = None
        self._stock: list[DataKey] = []
        self._clinic_keys: dict[KeyPurpose, DataKey] = {}

    async def new_key(self, *, now: datetime) -> DataKey:
        """A patient's key, which is committed in the key store already.

        Raises:
            KeyProblem: the key-encryption keys can't be read.
            TryAgain: the key store can't answer just now.
        """
        if not self._stock:
            self._stock += await self.new_keys(STOCK, now=now)
        return self._stock.pop()

    async def new_keys(self, count: int, *, now: datetime) -> list[DataKey]:
        """As `new_key`, for many patients."""
        keys = [new_data_key() for _ in range(count)]
        async with self.database.changing() as connection:
            await connection.execute(NEW_KEYS, self._rows(dict.fromkeys(keys, PATIENT), now))
        return keys

    async def keys_by_id(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DataKey | None]:
        """The keys of patients; None for one that was destroyed.

        Raises:
            WrongKeyStore: a key was never in this key store.
            KeyProblem: the key-encryption key of one is missing, or one was altered.
            TryAgain: the key store can't answer just now.
        """
        if not ids:
            return {}
        async with self.database.reading() as connection:
            rows = (await connection.execute(KEY_BY_ID, {"ids": list(ids)})).all()
        keys = {row.id: self._unwrapped(row) for row in rows}
        if lost := sorted(map(str, {*ids} - {*keys})):
            raise self._wrong(
                f"has no data key {lost[0]}"
                f"{f' (and {len(lost) - 1} others)' if lost[1:] else ''}, so a patient's data can't be read: "
                "restore the key store from its latest backup (nothing was changed)"
            )
        return keys

    async def clinic_key(self, purpose: KeyPurpose) -> DataKey:
        """The clinic's own key for one purpose, read once.

        Raises:
            WrongKeyStore: the key store hasn't been prepared.
            KeyProblem: its key-encryption key is missing, or it was altered.
            TryAgain: the key store can't answer just now.
        """
        if purpose not in self._clinic_keys:
            async with self.database.reading() as connection:
                row = (await connection.execute(KEY_BY_PURPOSE, {"wanted": purpose})).one_or_none()
            key = self._unwrapped(row) if row else None
            if key is None:
                raise self._wrong("is empty: restore it from its latest backup")
            self._clinic_keys[purpose] = key
        return self._clinic_keys[purpose]

    async def destroy(self, ids: Collection[uuid.UUID], *, now: datetime) -> None:
        """Destroy the keys of patients for good. Destroying a key again changes nothing."""
        gone = update(DATA_KEYS).where(
            DATA_KEYS.c.id.in_(list(ids)), DATA_KEYS.c.purpose == PATIENT, DATA_KEYS.c.wrapped.is_not(None)
        )
        async with self.database.changing() as connection:
            await connection.execute(gone.values(wrapped=None, wrapped_by=None, destroyed_at=now))
        await self.database.overwrite_old_rows()

    async def destroyed_since(self, since: datetime | None) -> list[uuid.UUID]:
        """The ids of patients' keys that were destroyed after then; of all that ever were, if it is None.

        Raises:
            TryAgain: the key store can't answer just now.
        """
        gone = select(DATA_KEYS.c.id).where(DATA_KEYS.c.destroyed_at.is_not(None))
        if since is not None:
            gone = gone.where(DATA_KEYS.c.destroyed_at > since)
        async with self.database.reading() as connection:
            return list(await connection.scalars(gone.order_by(DATA_KEYS.c.id)))

    async def patient_keys(self) -> list[uuid.UUID]:
        """The ids of patients' keys, and of those in stock, that are not destroyed."""
        living = select(DATA_KEYS.c.id).where(DATA_KEYS.c.purpose == PATIENT)
        async with self.database.reading() as connection:
            return list(await connection.scalars(living.where(DATA_KEYS.c.wrapped.is_not(None))))

    async def prepare(self, reference: str | None, *, now: datetime) -> str:
        """Make the key store's table and the clinic's own keys, and return the reference to them.

        `reference` is what the clinic's database says; None while nothing in it is encrypted.

        Raises:
            WrongKeyStore: the clinic's database refers to another key store. Nothing was made or changed.
            KeyProblem: the keys can't be read.
            TryAgain: the key store can't answer just now.
        """
        self.current_ring()  # Nothing is made without a key.
        if reference is None:
            await self._make_clinic_keys(KeyPurpose, now=now)
            return await self._reference()
        await self._check_table()
        await self._check_reference(reference)  # Before a key is made: another store is left as it is.
        await self._make_clinic_keys(ADDED_LATER, now=now)
        await self.check(reference)
        return reference

    async def check(self, reference: str) -> None:
        """Check that this is the key store that the clinic's database refers to, and whole.

        Raises:
            WrongKeyStore: it is another one, empty, or lacks a key of the clinic.
            KeyProblem: its keys can't be read.
            TryAgain: the key store can't answer just now.
        """
        await self._check_table()
        await self.check_clinic_keys()
        await self._check_reference(reference)

    async def status(self) -> KeyStoreStatus:
        """
        Raises:
            TryAgain: the key store can't answer just now.
        """
        counts = select(DATA_KEYS.c.wrapped_by, func.count()).group_by(DATA_KEYS.c.wrapped_by)
        async with self.database.reading() as connection:
            rows = (await connection.execute(counts)).all()
        wrapped_by = {row[0]: row[1] for row in rows if row[0]}
        return KeyStoreStatus(wrapped_by, destroyed=sum(row[1] for row in rows if not row[0]))

    async def rewrap(self) -> tuple[int, int]:
        """Wrap a batch of data keys with the ring's first key; how many were, and how many are left.

        Each call is one short transaction. Servers that read or make keys meanwhile aren't disturbed.

        Raises:
            KeyProblem: a former key-encryption key is missing.
        """
        ring = self.current_ring()
        waits = DATA_KEYS.c.wrapped_by != ring.first.id
        async with self.database.changing() as connection:
            rows = (await connection.execute(select(DATA_KEYS).where(waits).limit(REWRAP_BATCH))).all()
            for row in rows:
                key = DataKey(row.id, ring.unwrap(row.id, row.purpose, row.wrapped_by, row.wrapped))
                unchanged = (DATA_KEYS.c.id == row.id) & (DATA_KEYS.c.wrapped_by == row.wrapped_by)
                wrapped = ring.first.wrap(key, row.purpose)
                values = {"wrapped": wrapped, "wrapped_by": ring.first.id}
                await connection.execute(update(DATA_KEYS).where(unchanged).values(values))
            left = await connection.scalar(select(func.count()).select_from(DATA_KEYS).where(waits))
        return len(rows), left or 0

    async def close(self) -> None:
        await self.database.close()

    def _rows(self, keys: Mapping[DataKey, str], now: datetime) -> list[dict[str, Any]]:
        """The rows of new keys, each with its purpose."""
        first = self.current_ring().first
        return [
            {
                "id": key.id,
                "purpose": purpose,
                "wrapped_by": first.id,
                "wrapped": first.wrap(key, purpose),
                "created_at": now,
            }
            for key, purpose in keys.items()
        ]

    def _unwrapped(self, row: Row[Any]) -> DataKey | None:
        if row.wrapped is None:
            return None
        if self._ring is None or not self._ring.has(row.wrapped_by):
            self.current_ring()
        assert self._ring is not None
        return DataKey(row.id, self._ring.unwrap(row.id, row.purpose, row.wrapped_by, row.wrapped))

    def current_ring(self) -> KeyRing:
        """Read again: another process may have rotated the keys.

        Raises:
            KeyProblem: they are missing, damaged or open to others.
        """
        self._ring = self._read_ring()
        return self._ring

    async def _reference(self) -> str:
        key = await self.clinic_key(KeyPurpose.STORE)
        return key.hmac(b"key store").hex()[:REFERENCE_DIGITS]

    async def _check_reference(self, reference: str) -> None:
        if await self._reference() != reference:
            raise self._wrong(
                "belongs to another database: check BOOK_ONLINE_DATA_KEYS_URL (nothing was changed)"
            )

    async def _make_clinic_keys(self, purposes: Iterable[KeyPurpose], *, now: datetime) -> None:
        """Those that are not there yet."""
        async with self.database.setting_up() as connection:
            known = set(await connection.scalars(select(DATA_KEYS.c.purpose).distinct()))
            missing = {new_data_key(): purpose for purpose in purposes if purpose not in known}
            if missing:
                await connection.execute(NEW_KEYS, self._rows(missing, now))

    async def _check_table(self) -> None:
        if not await self.database.has_table():
            raise self._wrong(
                "is empty, and patients' data were encrypted with its keys: "
                "restore its latest backup, or check BOOK_ONLINE_DATA_KEYS_URL (nothing was changed)"
            )

    def _wrong(self, what: str) -> WrongKeyStore:
        """`what` completes "the key store ..."."""
        return WrongKeyStore(f"the key store {self.database.name} {what}")

    async def check_clinic_keys(self) -> None:
        """Read them all: the first booking should not be what finds that one was altered.

        Raises:
            WrongKeyStore: it is empty, or lacks a key of the clinic.
            KeyProblem: its keys can't be read.
            TryAgain: the key store can't answer just now.
        """
        own = select(DATA_KEYS).where(DATA_KEYS.c.purpose != PATIENT)
        async with self.database.reading() as connection:
            rows = {row.purpose: row for row in await connection.execute(own)}
        if not rows:
            raise self._wrong("is empty: restore it from its latest backup")
        for purpose in KeyPurpose:
            if purpose not in rows:
                raise self._wrong(f"has no {purpose} key: restore it from its latest backup")
            if key := self._unwrapped(rows[purpose]):
                self._clinic_keys[purpose] = key
