"""Indexes the names of patients who booked before there was an index, beside the work of the server."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from booking.domain.errors import TryAgain
from booking.patients.contacts import contacts_by_id
from booking.patients.name_index import indexed_name
from booking.storage.database import Database
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.queries.desk.names import (
    add_name_tokens,
    lock_patients_without_name_index,
    patients_without_name_index,
    set_name_indexes,
)

log = logging.getLogger("book_online")

PATIENTS_A_STEP = 100
"""Indexed in one transaction: no booking waits for long."""
PAUSE = timedelta(milliseconds=20)
INTERVAL = timedelta(minutes=10)
"""A server of an earlier version that still runs beside this one books patients without an index."""


async def index_names(database: Database, *, limit: int = PATIENTS_A_STEP) -> int:
    """Index the names of so many patients at most, the newest first; how many were looked at.

    A patient who was indexed or erased meanwhile is left alone. Names are decrypted before the transaction
    that writes.

    Raises:
        UnreadableValue: a detail was altered in the database.
        TryAgain: a database can't answer just now.
    """
    async with database.read() as session:
        patients = await patients_without_name_index(session, limit=limit)
        if not patients:
            return 0
        contacts = await contacts_by_id(session, patients)
        key = await session.data_keys.clinic_key(KeyPurpose.NAME_INDEX)
    async with database.write() as session:
        still = await lock_patients_without_name_index(session, contacts.keys())
        names = [indexed_name(key, contacts[patient].name, patient, at) for patient, at in still.items()]
        await add_name_tokens(session, names)
        await set_name_indexes(session, names)
    return len(contacts)


@dataclass(frozen=True)
class NameIndexWorker:
    """Indexes what is not indexed yet, in small steps; then looks again every ten minutes."""

    database: Database

    async def run(self) -> None:
        """Never ends by itself; a failure waits for the next look."""
        while True:
            pause = INTERVAL
            try:
                if await index_names(self.database):
                    pause = PAUSE
            except TryAgain:
                pass  # The database has logged the reason.
            except Exception:
                log.exception("names of patients could not be indexed; it is tried again in ten minutes")
            await asyncio.sleep(pause.total_seconds())
