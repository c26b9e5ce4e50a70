"""Recovery codes: ten on a sheet of paper, each in place of a one-time code, once."""

import secrets
from datetime import datetime

from booking.domain.actor import Actor
from booking.domain.tokens import ALPHABET
from booking.staff.account_events import record_change
from booking.staff.accounts import StaffMember
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.audit import AuditAction
from booking.storage.models.staff.sign_in import RecoveryCode
from booking.storage.queries.desk.sign_in import (
    delete_recovery_codes,
    take_recovery_code,
    unused_recovery_codes,
)
from booking.storage.session import BookingSession

COUNT = 10
LENGTH = 12
GROUP = 4
MISREAD = str.maketrans("OIL", "011")
"""Crockford's base 32 has no such letters: they were read for these digits."""


async def new_recovery_codes(
    session: BookingSession, member: StaffMember, *, actor: Actor, now: datetime
) -> list[str]:
    """Ten codes, `7K2M-93QX-R0TV`, which are returned only here. Former ones end."""
    await delete_recovery_codes(session, member.id)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT)]
    for code in codes:
        hmac = await _hmac(session, member, code)
        session.add(RecoveryCode(code_hmac=hmac, member=member.id, created_at=now, used_at=None))
    await session.flush()
    await record_change(session, actor, AuditAction.UPDATE, member.id, "has new recovery codes", now=now)
    return ["-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP)) for code in codes]


async def use_recovery_code(
    session: BookingSession, member: StaffMember, code: str, *, now: datetime
) -> bool:
    """Whether it is an unused code of the member, however it is written. It is used up by this."""
    plain = "".join(char for char in code.upper() if char.isalnum()).translate(MISREAD)
    if len(plain) != LENGTH:
        return False
    return await take_recovery_code(session, member.id, await _hmac(session, member, plain), now=now)


async def recovery_codes_left(session: BookingSession, member: StaffMember) -> int:
    return await unused_recovery_codes(session, member.id)


async def _hmac(session: BookingSession, member: StaffMember, code: str) -> bytes:
    """Keyed: a code is short enough to be found from a plain hash."""
    key = await session.data_keys.clinic_key(KeyPurpose.STAFF_SECRET)
    return key.hmac(f"recovery code\n{member.id}\n{code}".encode("utf-8", "surrogatepass"))
