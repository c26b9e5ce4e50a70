"""Passwords of the staff: hashed by Argon2id in threads of their own, and stored as its text."""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import NewType, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from booking.domain.actor import Actor
from booking.staff.account_events import record_change
from booking.staff.accounts import StaffMember
from booking.staff.password_rules import MAX_LENGTH, check_password, normalized
from booking.storage.models.audit import AuditAction
from booking.storage.models.staff.sign_in import StaffPassword
from booking.storage.queries.desk.sign_in import password_of
from booking.storage.queries.desk.staff import end_open_sessions
from booking.storage.session import BookingSession

HASHER = PasswordHasher()
"""With the parameters that the library recommends today: 64 MiB, three passes (RFC 9106)."""
THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""However many sign in at once, so many hashes take memory; the others wait, and nobody else does."""

T = TypeVar("T")
PasswordHash = NewType("PasswordHash", str)
"""Argon2's text of a password that was checked."""


async def hash_password(password: str, *, names: Iterable[str]) -> PasswordHash:
    """To be called outside of a transaction: it takes a while. `names`: see `check_password`.

    Raises:
        InvalidInput: it is too short, too long, or would be guessed first.
    """
    check_password(password, names=names)
    return PasswordHash(await _in_thread(lambda: HASHER.hash(normalized(password))))


async def set_password(
    session: BookingSession,
    member: StaffMember,
    hash: PasswordHash,
    *,
    but: uuid.UUID | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the member this password, and end all their sessions but that of the id `but`.

    It signs in together with a one-time code alone.
    """
    await session.merge(StaffPassword(member=member.id, hash=hash, changed_at=now))
    await session.flush()
    await end_open_sessions(session, member.id, but=but, now=now)
    await record_change(session, actor, AuditAction.UPDATE, member.id, "has a new password", now=now)


async def verify_password(hash: str | None, password: str) -> bool:
    """Whether the password is the one of the hash. It takes as long where there is no hash."""
    if len(password) > MAX_LENGTH:
        return False
    return await _in_thread(lambda: _matches(hash or _hash_of_nothing(), normalized(password))) and bool(hash)


async def renewed_hash(hash: str, password: str) -> PasswordHash | None:
    """Another hash of a password that is right, where the parameters have changed since it was made."""
    if not HASHER.check_needs_rehash(hash):
        return None
    return PasswordHash(await _in_thread(lambda: HASHER.hash(normalized(password))))


async def replace_hash(session: BookingSession, member: uuid.UUID, former: str, hash: PasswordHash) -> None:
    """Store another hash of the same password, unless that was changed meanwhile."""
    row = await password_of(session, member)
    if row is not None and row.hash == former:
        row.hash = hash
        await session.flush()


def _matches(hash: str, password: str) -> bool:
    try:
        return HASHER.verify(hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _hash_of_nothing() -> str:
    return HASHER.hash("")


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(THREADS, work)
