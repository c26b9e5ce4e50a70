"""Members of the staff, and their sessions at the front desk."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from booking.domain.role import Role
from booking.storage.models.staff.accounts import SignInLink, SignInSession, StaffAccount
from booking.storage.session import BookingSession

ENABLED_OWNERS = (StaffAccount.role == Role.OWNER, StaffAccount.disabled_at.is_(None))


async def all_accounts(session: BookingSession) -> Sequence[StaffAccount]:
    """In the order of their names."""
    return (await session.scalars(select(StaffAccount).order_by(StaffAccount.name_key))).all()


async def account_by_id(
    session: BookingSession, id: uuid.UUID, *, is_locked: bool = False
) -> StaffAccount | None:
    """With `is_locked`, no other transaction changes the account until this one ends."""
    return await session.get(StaffAccount, id, populate_existing=True, with_for_update=is_locked or None)


async def account_by_name_key(session: BookingSession, name_key: str) -> StaffAccount | None:
    query = select(StaffAccount).where(StaffAccount.name_key == name_key)
    return (await session.scalars(query)).one_or_none()


async def account_by_email(session: BookingSession, email: str) -> StaffAccount | None:
    query = select(StaffAccount).where(StaffAccount.email == email)
    return (await session.scalars(query)).one_or_none()


async def lock_owners(session: BookingSession) -> Sequence[uuid.UUID]:
    """The owners who may sign in. Until the transaction ends, no other one disables or demotes them."""
    # Locked in one order, so that two transactions never wait for each other.
    query = select(StaffAccount.id).where(*ENABLED_OWNERS).order_by(StaffAccount.id).with_for_update()
    return (await session.scalars(query)).all()


async def session_by_token(
    session: BookingSession, token_hash: bytes, *, seen_since: datetime
) -> tuple[SignInSession, StaffAccount] | None:
    """The session that has not ended and was used since then, if its member is not disabled."""
    query = (
        select(SignInSession, StaffAccount)
        .join(StaffAccount, SignInSession.member == StaffAccount.id)
        .where(
            SignInSession.token_hash == token_hash,
            SignInSession.ended_at.is_(None),
            SignInSession.last_seen_at >= seen_since,
            StaffAccount.disabled_at.is_(None),
        )
    )
    found = (await session.execute(query)).one_or_none()
    return found and (found[0], found[1])


async def open_sessions_of(
    session: BookingSession, member: uuid.UUID, *, seen_since: datetime
) -> Sequence[SignInSession]:
    """Those that have not ended and were used since then, the latest used first."""
    query = select(SignInSession).where(
        SignInSession.member == member,
        SignInSession.ended_at.is_(None),
        SignInSession.last_seen_at >= seen_since,
    )
    latest_first = query.order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
    return (await session.scalars(latest_first)).all()


async def session_by_id(session: BookingSession, id: uuid.UUID) -> SignInSession | None:
    return (await session.scalars(select(SignInSession).where(SignInSession.id == id))).one_or_none()


async def record_seen(session: BookingSession, id: uuid.UUID, *, before: datetime, now: datetime) -> None:
    """The session was used now; nothing is written if its latest use was recorded after `before`."""
    query = update(SignInSession).where(
        SignInSession.id == id, SignInSession.ended_at.is_(None), SignInSession.last_seen_at <= before
    )
    await session.execute(query.values(last_seen_at=now))


async def end_open_sessions(
    session: BookingSession, member: uuid.UUID, *, but: uuid.UUID | None = None, now: datetime
) -> int:
    """How many were ended; the one with the id `but` goes on."""
    query = update(SignInSession).where(SignInSession.member == member, SignInSession.ended_at.is_(None))
    if but is not None:
        query = query.where(SignInSession.id != but)
    return len((await session.scalars(query.values(ended_at=now).returning(SignInSession.id))).all())


async def delete_links_of(session: BookingSession, member: uuid.UUID) -> None:
    await session.execute(delete(SignInLink).where(SignInLink.member == member))


async def member_of_used_link(
    session: BookingSession, token_hash: bytes, *, now: datetime
) -> uuid.UUID | None:
    """Use the link up: its member, if it was unused and not expired, and the member is not disabled."""
    is_enabled = exists().where(StaffAccount.id == SignInLink.member, StaffAccount.disabled_at.is_(None))
    query = update(SignInLink).where(
        SignInLink.token_hash == token_hash,
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
        is_enabled,
    )
    return (await session.scalars(query.values(used_at=now).returning(SignInLink.member))).one_or_none()
