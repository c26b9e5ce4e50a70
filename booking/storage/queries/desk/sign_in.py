"""What a sign-in with a password asks the database: attempts, the second factor, and what a member has."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from booking.storage.models.staff.sign_in import (
    OneTimeCodeSecret,
    RecoveryCode,
    SignInAttempt,
    StaffPassword,
)
from booking.storage.queries.locks import lock_client
from booking.storage.session import BookingSession

IS_WRONG = SignInAttempt.was_right.is_(False)
DELETED_AT_ONCE = 100


async def lock_attempts(session: BookingSession, account_hmac: bytes, address_hmac: bytes) -> None:
    """Until the transaction ends, no other one counts the attempts of either."""
    # Locked in one order, so that two transactions never wait for each other.
    for key in sorted((account_hmac, address_hmac)):
        await lock_client(session, key)


async def wrong_from_address(
    session: BookingSession, address_hmac: bytes, *, since: datetime, most: int
) -> Sequence[datetime]:
    """When wrong attempts were made from an address after then, the latest first."""
    return await _latest_wrong(session, SignInAttempt.address_hmac == address_hmac, since, most)


async def wrong_on_account(
    session: BookingSession, account_hmac: bytes, *, since: datetime, most: int
) -> Sequence[datetime]:
    """When wrong attempts were made on an account after then, the latest first."""
    return await _latest_wrong(session, SignInAttempt.account_hmac == account_hmac, since, most)


async def _latest_wrong(
    session: BookingSession, condition: ColumnElement[bool], since: datetime, most: int
) -> Sequence[datetime]:
    query = select(SignInAttempt.at).where(condition, IS_WRONG, SignInAttempt.at > since)
    return (await session.scalars(query.order_by(SignInAttempt.at.desc()).limit(most))).all()


async def has_signed_in_from(
    session: BookingSession, account_hmac: bytes, address_hmac: bytes, *, since: datetime
) -> bool:
    query = select(func.count()).where(
        SignInAttempt.was_right,
        SignInAttempt.account_hmac == account_hmac,
        SignInAttempt.address_hmac == address_hmac,
        SignInAttempt.at > since,
    )
    return (await session.scalars(query)).one() > 0


async def delete_attempts(session: BookingSession, *, wrong_until: datetime, right_until: datetime) -> None:
    """Delete some of what counts no more."""
    is_over = IS_WRONG | (SignInAttempt.at <= right_until)
    over = select(SignInAttempt.id).where(SignInAttempt.at <= wrong_until, is_over)
    # Skipping locked rows: another process is deleting them.
    some = over.order_by(SignInAttempt.at).limit(DELETED_AT_ONCE).with_for_update(skip_locked=True)
    await session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(some)))


async def delete_attempt(session: BookingSession, id: uuid.UUID) -> None:
    await session.execute(delete(SignInAttempt).where(SignInAttempt.id == id))


async def attempt_became_right(session: BookingSession, id: uuid.UUID) -> None:
    """The attempt was right; earlier ones of the same person from there count no more."""
    attempt = await session.get(SignInAttempt, id)
    if attempt is None:  # Deleted, as old: its session begins all the same.
        return
    await session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.account_hmac == attempt.account_hmac,
            SignInAttempt.address_hmac == attempt.address_hmac,
            SignInAttempt.at <= attempt.at,
            SignInAttempt.id != id,
        )
    )
    attempt.was_right = True


async def password_of(session: BookingSession, member: uuid.UUID) -> StaffPassword | None:
    return await session.get(StaffPassword, member, populate_existing=True)


async def code_secret_of(session: BookingSession, member: uuid.UUID) -> OneTimeCodeSecret | None:
    return await session.get(OneTimeCodeSecret, member, populate_existing=True)


async def take_step(session: BookingSession, member: uuid.UUID, step: int) -> bool:
    """Take the code of this step: whether neither it nor a later one was taken before."""
    query = update(OneTimeCodeSecret).where(
        OneTimeCodeSecret.member == member,
        OneTimeCodeSecret.secret.is_not(None),
        OneTimeCodeSecret.last_step.is_(None) | (OneTimeCodeSecret.last_step < step),
    )
    taken = query.values(last_step=step).returning(OneTimeCodeSecret.member)
    return (await session.scalars(taken)).one_or_none() is not None


async def take_recovery_code(
    session: BookingSession, member: uuid.UUID, code_hmac: bytes, *, now: datetime
) -> bool:
    """Use the code up: whether it is the member's and was unused."""
    query = update(RecoveryCode).where(
        RecoveryCode.code_hmac == code_hmac, RecoveryCode.member == member, RecoveryCode.used_at.is_(None)
    )
    return (
        await session.scalars(query.values(used_at=now).returning(RecoveryCode.member))
    ).first() is not None


async def unused_recovery_codes(session: BookingSession, member: uuid.UUID) -> int:
    query = select(func.count()).where(RecoveryCode.member == member, RecoveryCode.used_at.is_(None))
    return (await session.scalars(query)).one()


async def delete_recovery_codes(session: BookingSession, member: uuid.UUID) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.member == member))


async def delete_password_way(session: BookingSession, member: uuid.UUID) -> None:
    """Delete the password, the secret of one-time codes, and recovery codes."""
    for kind in (StaffPassword, OneTimeCodeSecret, RecoveryCode):
        await session.execute(delete(kind).where(kind.member == member))
