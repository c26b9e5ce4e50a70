"""Passkeys of the staff, and challenges that are used up."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from booking.storage.models.staff.passkeys import PasskeyChallenge, StaffPasskey
from booking.storage.session import BookingSession


async def passkeys_of(session: BookingSession, member: uuid.UUID) -> Sequence[StaffPasskey]:
    """In the order in which they were added."""
    query = select(StaffPasskey).where(StaffPasskey.member == member)
    return (await session.scalars(query.order_by(StaffPasskey.created_at, StaffPasskey.id))).all()


async def passkey_by_credential(session: BookingSession, credential_id: bytes) -> StaffPasskey | None:
    """Until the transaction ends, no other one signs in with it."""
    return await session.get(StaffPasskey, credential_id, populate_existing=True, with_for_update=True)


async def take_challenge(
    session: BookingSession, challenge: bytes, member: uuid.UUID | None, *, now: datetime
) -> bool:
    """Use the challenge up: whether it was made for this member (None: to sign in), and hasn't expired."""
    made_for: ColumnElement[bool] = PasskeyChallenge.member.is_(None)
    if member is not None:
        made_for = PasskeyChallenge.member == member
    query = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge == challenge, made_for, PasskeyChallenge.expires_at > now
    )
    taken = query.returning(PasskeyChallenge.challenge)
    return (await session.scalars(taken)).one_or_none() is not None


async def delete_expired_challenges(session: BookingSession, *, now: datetime) -> None:
    await session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
