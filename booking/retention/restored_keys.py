"""Keys of erased patients that a restored key store has brought back: destroyed again.

A patient who is erased refers to no key any more. So in a database that is newer than the key store's backup,
a key without a patient is an erased patient's, or one that was made ahead and never used.
"""

import uuid
from datetime import datetime

from sqlalchemy import select

from booking.audit.copies import CopyEvent, last_copy_at
from booking.storage.models.appointments import Patient
from booking.storage.session import BookingSession

KEYS_A_STEP = 1_000


async def destroy_restored_keys(session: BookingSession, *, made_at: datetime, now: datetime) -> int | None:
    """Return how many were destroyed; None where the database itself is older than the backup of the keys.

    `made_at` is the time of that backup, which the trail of a newer database has. Servers must not run: they
    have keys in stock.

    Raises:
        TryAgain: the key store can't answer just now.
    """
    recorded = await last_copy_at(session, CopyEvent.KEYS_BACKED_UP)
    if recorded is None or recorded < made_at:
        return None
    used = set(await session.scalars(select(Patient.data_key).where(Patient.data_key.is_not(None))))
    unused: list[uuid.UUID] = sorted(set(await session.data_keys.patient_keys()) - used)
    for first in range(0, len(unused), KEYS_A_STEP):
        await session.data_keys.destroy(unused[first : first + KEYS_A_STEP], now=now)
    return len(unused)
