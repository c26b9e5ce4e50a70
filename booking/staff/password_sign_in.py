"""Sign-in with a password and a one-time code, or a recovery code in its place."""

import logging
from datetime import datetime

from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.staff.accounts import StaffMember, find_member, name_key
from booking.staff.attempts import Attempt, attempt_was_right, begin_attempt
from booking.staff.one_time_codes import take_code
from booking.staff.passwords import renewed_hash, replace_hash, verify_password
from booking.staff.recovery_codes import use_recovery_code
from booking.staff.refusals import SignInRefused
from booking.storage.database import Database
from booking.storage.queries.desk.sign_in import password_of
from booking.storage.queries.desk.staff import account_by_id
from booking.storage.session import BookingSession

log = logging.getLogger("book_online")


async def sign_in_with_password(
    database: Database, name: str, password: str, code: str, *, address: str, now: datetime
) -> StaffMember:
    """The member of this name or e-mail address, whose password and code are right.

    It opens transactions of its own: an attempt is committed before anything is compared, also where it is
    refused, and none is open while the password is hashed.

    Raises:
        SignInRefused: something is wrong, without a difference.
        TooManyAttempts: there were ten wrong ones within a quarter of an hour.
    """
    async with database.write() as session:
        member = await _member(session, name)
        account = str(member.id) if member else name_key(name)
        attempt = await begin_attempt(session, account, address=address, now=now)
        stored = await password_of(session, member.id) if member else None
        former = stored.hash if stored else None

    is_right = await verify_password(former, password)
    if member is None or former is None or not is_right:
        raise SignInRefused
    renewed = await renewed_hash(former, password)
    async with database.write() as session:
        await _take_second_factor(session, member, code, attempt, now=now)
        if renewed is not None:
            await replace_hash(session, member.id, former, renewed)
    log.info("staff account %s signed in with a password", member.id)
    return member


async def check_current_password(
    database: Database, member: StaffMember, password: str, *, address: str, now: datetime
) -> None:
    """Before the password or the codes change: whoever finds an open browser doesn't know it.

    It is limited as a sign-in is, and opens transactions of its own. A member without a password passes.

    Raises:
        InvalidInput: this is another password.
        TooManyAttempts: there were ten wrong ones within a quarter of an hour.
    """
    async with database.write() as session:
        stored = await password_of(session, member.id)
        if stored is None:
            return
        attempt = await begin_attempt(session, str(member.id), address=address, now=now)
    if not await verify_password(stored.hash, password):
        message = "This is not your current password."
        raise InvalidInput(message, path=("current",), code=InvalidInputCode.UNKNOWN)
    async with database.write() as session:
        await attempt_was_right(session, attempt)


async def _member(session: BookingSession, name: str) -> StaffMember | None:
    try:
        return await find_member(session, name)
    except NotFound:
        return None


async def _take_second_factor(
    session: BookingSession, member: StaffMember, code: str, attempt: Attempt, *, now: datetime
) -> None:
    """
    Raises:
        SignInRefused: the code is wrong or was used, or the account is disabled.
    """
    row = await account_by_id(session, member.id, is_locked=True)
    if row is None or row.disabled_at is not None:
        raise SignInRefused
    is_right = await take_code(session, member, code, now=now)
    if not (is_right or await use_recovery_code(session, member, code, now=now)):
        raise SignInRefused
    await attempt_was_right(session, attempt)
