"""One-time codes of an authenticator app (TOTP, RFC 6238): the second half of a sign-in with a password."""

from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest

import pyotp

from booking.domain.actor import Actor
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.encryption.cipher import Place
from booking.staff.account_events import record_change
from booking.staff.accounts import StaffMember
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.audit import AuditAction
from booking.storage.models.staff.sign_in import OneTimeCodeSecret
from booking.storage.queries.desk.sign_in import code_secret_of, take_step
from booking.storage.session import BookingSession

STEP_SECONDS = 30
DIGITS = 6
TOLERANCE = 1
"""So many steps a clock may be slow or fast."""


@dataclass(frozen=True)
class CodeSecret:
    """What an authenticator app is given: to be typed, or as the address that its camera reads."""

    text: str = field(repr=False)
    address: str = field(repr=False)


async def new_code_secret(session: BookingSession, member: StaffMember, *, issuer: str) -> CodeSecret:
    """A secret that counts once `confirm_code_secret` has seen a code of it. A former one does until then.

    `issuer` is the clinic's name, which the app shows.
    """
    text = pyotp.random_base32()
    row = await code_secret_of(session, member.id)
    if row is None:
        row = OneTimeCodeSecret(member=member.id, secret=None, new_secret=None, last_step=None)
    key = await session.data_keys.clinic_key(KeyPurpose.STAFF_SECRET)
    row.new_secret = key.encrypt(text, _place(member, "new_secret"))
    session.add(row)
    await session.flush()
    return _shown(text, member, issuer)


async def unconfirmed_code_secret(
    session: BookingSession, member: StaffMember, *, issuer: str
) -> CodeSecret | None:
    """The new secret once more, after a code that was mistyped: the app has it already."""
    row = await code_secret_of(session, member.id)
    if row is None or row.new_secret is None:
        return None
    key = await session.data_keys.clinic_key(KeyPurpose.STAFF_SECRET)
    return _shown(key.decrypt(row.new_secret, _place(member, "new_secret")), member, issuer)


async def confirm_code_secret(
    session: BookingSession, member: StaffMember, code: str, *, actor: Actor, now: datetime
) -> None:
    """Let the new secret count, since its app shows the right code; that code is used up by this.

    Raises:
        InvalidInput: there is no new secret, or this is no code of it.
    """
    row = await code_secret_of(session, member.id)
    key = await session.data_keys.clinic_key(KeyPurpose.STAFF_SECRET)
    if row is None or row.new_secret is None:
        raise _wrong_code()
    text = key.decrypt(row.new_secret, _place(member, "new_secret"))
    step = matching_step(text, code, now=now)
    if step is None:
        raise _wrong_code()
    row.secret, row.new_secret = key.encrypt(text, _place(member, "secret")), None
    row.last_step = step
    await session.flush()
    await record_change(session, actor, AuditAction.UPDATE, member.id, "has new one-time codes", now=now)


async def take_code(session: BookingSession, member: StaffMember, code: str, *, now: datetime) -> bool:
    """Whether the code is right, and neither it nor a later one was taken before. It is used up by this."""
    row = await code_secret_of(session, member.id)
    if row is None or row.secret is None:
        return False
    key = await session.data_keys.clinic_key(KeyPurpose.STAFF_SECRET)
    step = matching_step(key.decrypt(row.secret, _place(member, "secret")), code, now=now)
    return step is not None and await take_step(session, member.id, step)


def matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    """The half minute since 1970 whose code this is, one before or after now at most; the latest if two have
    the same."""
    digits = "".join(code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    current, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    steps = range(current - TOLERANCE, current + TOLERANCE + 1)
    matching = [step for step in steps if compare_digest(totp.generate_otp(step), digits)]
    return max(matching, default=None)


def _shown(text: str, member: StaffMember, issuer: str) -> CodeSecret:
    return CodeSecret(text, pyotp.TOTP(text).provisioning_uri(name=member.name, issuer_name=issuer))


def _wrong_code() -> InvalidInput:
    message = "This is not the code that the app shows now. Please check the clock of your phone."
    return InvalidInput(message, path=("code",), code=InvalidInputCode.UNKNOWN)


def _place(member: StaffMember, column: str) -> Place:
    return Place(f"one_time_code_secrets.{column}", member.id)
