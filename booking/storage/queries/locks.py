"""Locks by which transactions take turns on PostgreSQL; SQLite has one writer at a time."""

from collections.abc import Collection

from sqlalchemy import Connection, select, text

from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.ticks import Resource, slug_of_resource
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession

SETUP_LOCK = 0x626F6F6B  # any constant
RETENTION_LOCK = 0x6B656570
REMINDER_LOCK = 0x72656D69
WAITING_LIST_LOCK = 0x77616974


async def lock_setup(session: BookingSession) -> None:
    """Until the transaction ends, no other process migrates the database or loads a clinic file."""
    await (await session.connection()).run_sync(lock_setup_of)


def lock_setup_of(connection: Connection) -> None:
    """The lock that `lock_setup` takes, for migrations, which have no session."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # However long the first one takes.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SETUP_LOCK})


async def lock_setup_in_time(session: BookingSession) -> None:
    """The lock that `lock_setup` takes, for no longer than a request may wait for any.

    Raises:
        TryAgain: a migration or a load takes longer than that.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SETUP_LOCK})


async def try_lock_retention(session: BookingSession) -> bool:
    """Whether no other process is deleting old rows; until the transaction ends, none begins to."""
    return await _try_lock(session, RETENTION_LOCK)


async def try_lock_reminders(session: BookingSession) -> bool:
    """Whether no other process takes or plans reminders; until the transaction ends, none begins to."""
    return await _try_lock(session, REMINDER_LOCK)


async def try_lock_waiting_list(session: BookingSession) -> bool:
    """Whether no other process offers times; until the transaction ends, none begins to."""
    return await _try_lock(session, WAITING_LIST_LOCK)


async def _try_lock(session: BookingSession, lock: int) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}))


async def lock_client(session: BookingSession, client: bytes) -> None:
    """Until the transaction ends, no other transaction counts what this client holds."""
    await _lock_bytes(session, client)


async def lock_idempotency_key(session: BookingSession, key_hash: bytes) -> None:
    """Until the transaction ends, no other transaction does what this key asks for."""
    await _lock_bytes(session, key_hash)


async def _lock_bytes(session: BookingSession, name: bytes) -> None:
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(name[:8].ljust(8), signed=True)
        await session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


async def lock_schedules(
    session: BookingSession, practitioners: Collection[str], resources: Collection[str] = ()
) -> None:
    """Until the transaction ends, no other transaction decides about these practitioners' time.

    Nor about these rooms and this equipment, named as the tick table names them. Locked in one order, so that
    two bookings never wait for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    query = select(Practitioner.slug).where(Practitioner.slug.in_(practitioners))
    await session.execute(query.order_by(Practitioner.slug).with_for_update(key_share=True))
    if resources:
        rooms = select(Resource.slug).where(Resource.slug.in_(map(slug_of_resource, resources)))
        await session.execute(rooms.order_by(Resource.slug).with_for_update(key_share=True))
    await get_clinic(session, refresh=True)  # The clinic that was read before the wait may be old.
