"""Sessions of the staff at the front desk: rows that a random token finds, listed and ended one by one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from booking.domain.errors import NotFound
from booking.domain.tokens import hash_of, new_token
from booking.staff.accounts import StaffMember
from booking.storage.models.staff.accounts import MAX_USER_AGENT, SignInSession
from booking.storage.queries.desk.staff import (
    end_open_sessions,
    open_sessions_of,
    record_seen,
    session_by_id,
    session_by_token,
)
from booking.storage.session import BookingSession

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class StaffSession:
    """A session that is open. `id` names it in lists, and lets nobody in."""

    id: uuid.UUID
    member: StaffMember
    hides_names: bool
    created_at: datetime
    last_seen_at: datetime
    user_agent: str

    @classmethod
    def of(cls, row: SignInSession, member: StaffMember) -> Self:
        return cls(row.id, member, row.hides_names, row.created_at, row.last_seen_at, row.user_agent)


async def start_session(
    session: BookingSession, member: StaffMember, *, user_agent: str, now: datetime
) -> str:
    """The token of a new session, which is returned only here. It never takes one from outside."""
    token = new_token()
    printable = "".join(char if char.isprintable() else "?" for char in user_agent)
    session.add(
        SignInSession(
            token_hash=hash_of(token),
            id=uuid.uuid4(),
            member=member.id,
            created_at=now,
            last_seen_at=now,
            ended_at=None,
            user_agent=printable[:MAX_USER_AGENT],
            hides_names=False,
        )
    )
    await session.flush()
    return token


async def session_of(
    session: BookingSession, token: str, *, now: datetime, idle: timedelta
) -> StaffSession | None:
    """The open session of a token; None if it is unknown, ended, or idle for longer than that, or its member
    is disabled, without a difference."""
    found = await session_by_token(session, hash_of(token), seen_since=now - idle)
    return found and StaffSession.of(found[0], StaffMember.of(found[1]))


def should_touch(open_session: StaffSession, *, now: datetime) -> bool:
    """Whether the last use that is recorded is SEEN_EVERY ago: then `touch_session`."""
    return now - open_session.last_seen_at >= SEEN_EVERY


async def touch_session(session: BookingSession, id: uuid.UUID, *, now: datetime) -> None:
    """Record that the session is in use, if SEEN_EVERY has passed since that was recorded."""
    await record_seen(session, id, before=now - SEEN_EVERY, now=now)


async def list_sessions(
    session: BookingSession, member: StaffMember, *, now: datetime, idle: timedelta
) -> Sequence[StaffSession]:
    """The member's open sessions, the latest used first."""
    rows = await open_sessions_of(session, member.id, seen_since=now - idle)
    return [StaffSession.of(row, member) for row in rows]


async def end_session(session: BookingSession, member: StaffMember, id: uuid.UUID, *, now: datetime) -> None:
    """End one session of the member. Ending it again changes nothing.

    Raises:
        NotFound: there is no such session, or it is somebody else's.
    """
    row = await _own_session(session, member, id)
    row.ended_at = row.ended_at or now
    await session.flush()


async def end_all_sessions(
    session: BookingSession, member: StaffMember, *, but: uuid.UUID | None = None, now: datetime
) -> int:
    """How many sessions were ended; the one with the id `but` goes on."""
    return await end_open_sessions(session, member.id, but=but, now=now)


async def set_hides_names(
    session: BookingSession, member: StaffMember, id: uuid.UUID, *, hides_names: bool
) -> None:
    """Show or hide patients' names in this session.

    Raises:
        NotFound: there is no such session, or it is somebody else's.
    """
    row = await _own_session(session, member, id)
    row.hides_names = hides_names
    await session.flush()


async def _own_session(session: BookingSession, member: StaffMember, id: uuid.UUID) -> SignInSession:
    row = await session_by_id(session, id)
    if row is None or row.member != member.id:
        raise NotFound("There is no such session. It may have been ended already.", path=("session",))
    return row
