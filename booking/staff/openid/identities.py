"""Identities at the provider: a member connects theirs, or a verified e-mail address does so once."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.exc import IntegrityError

from booking.domain.actor import Actor, ActorKind
from booking.staff.account_events import record_change
from booking.staff.accounts import StaffMember
from booking.staff.openid.id_token import ProvenIdentity
from booking.staff.refusals import IdentityNotConnected, IdentityTaken
from booking.storage.models.audit import AuditAction
from booking.storage.models.staff.accounts import StaffAccount
from booking.storage.models.staff.openid import OpenIdIdentity
from booking.storage.queries.desk.openid import identity_by_subject, identity_of_member
from booking.storage.queries.desk.staff import account_by_email, account_by_id
from booking.storage.session import BookingSession

log = logging.getLogger("book_online")


@dataclass(frozen=True)
class ConnectedIdentity:
    """As a member sees it among their ways to sign in."""

    id: uuid.UUID
    issuer: str
    connected_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: OpenIdIdentity) -> Self:
        return cls(row.id, row.issuer, row.connected_at, row.last_used_at)


async def member_of_identity(
    session: BookingSession, proven: ProvenIdentity, *, address: str, now: datetime
) -> StaffMember:
    """The member whose identity this is. One that is new here is connected, if its verified e-mail address
    is an account's that never was connected with this provider.

    Raises:
        IdentityNotConnected: it is nobody's, or the account is disabled.
        IdentityTaken: at this very moment it was connected with another account.
    """
    row = await identity_by_subject(session, proven.issuer, proven.subject)
    if row is None and proven.email is not None:
        account = await account_by_email(session, proven.email)
        row = await _connect_first(session, account, proven, address, now) if account else None
    account = await account_by_id(session, row.member) if row else None
    if row is None or account is None or account.disabled_at is not None:
        log.info("sign-in at the OpenID provider refused: %s", _reason(row, proven))
        raise IdentityNotConnected
    row.last_used_at = now
    await session.flush()
    log.info("staff account %s signed in at the OpenID provider", account.id)
    return StaffMember.of(account)


async def connect_identity(
    session: BookingSession, member: StaffMember, proven: ProvenIdentity, *, actor: Actor, now: datetime
) -> None:
    """From now on the member signs in with this identity. Connecting it again changes nothing.

    Raises:
        IdentityTaken: it is connected with another account, or the member with another identity.
    """
    await account_by_id(session, member.id, is_locked=True)
    taken = await identity_by_subject(session, proven.issuer, proven.subject)
    former = await identity_of_member(session, proven.issuer, member.id)
    if taken is not None and taken is former:
        return
    if taken is not None or (former is not None and former.subject is not None):
        raise IdentityTaken
    if former is not None:
        former.subject, former.removed_at = proven.subject, None
        former.connected_at, former.last_used_at = now, None
        await _save(session, actor, former, now)
    else:
        await _add(session, member.id, proven, actor, now)


async def connected_identity(
    session: BookingSession, member: StaffMember, issuer: str | None
) -> ConnectedIdentity | None:
    """The member's at this provider; None without one, or without a provider."""
    row = await identity_of_member(session, issuer, member.id) if issuer else None
    return ConnectedIdentity.of(row) if row and row.subject is not None else None


async def _connect_first(
    session: BookingSession, account: StaffAccount, proven: ProvenIdentity, address: str, now: datetime
) -> OpenIdIdentity | None:
    # Locked, so that of two requests at once the second sees the identity of the first.
    locked = await account_by_id(session, account.id, is_locked=True)
    former = await identity_of_member(session, proven.issuer, account.id)
    if former is not None:
        # An address that is given to somebody else must not give them the account.
        return former if former.subject == proven.subject else None
    if locked is None or locked.disabled_at is not None:
        return None
    return await _add(session, account.id, proven, Actor(ActorKind.STAFF, str(account.id), address), now)


async def _add(
    session: BookingSession, member: uuid.UUID, proven: ProvenIdentity, actor: Actor, now: datetime
) -> OpenIdIdentity:
    row = OpenIdIdentity(
        id=uuid.uuid4(),
        issuer=proven.issuer,
        subject=proven.subject,
        member=member,
        connected_at=now,
        last_used_at=None,
        removed_at=None,
    )
    session.add(row)
    await _save(session, actor, row, now)
    return row


async def _save(session: BookingSession, actor: Actor, row: OpenIdIdentity, now: datetime) -> None:
    try:
        await session.flush()
    except IntegrityError as reason:  # Two browsers connected it at the same moment.
        raise IdentityTaken from reason
    what = f"has OpenID identity {row.id}"
    await record_change(session, actor, AuditAction.UPDATE, row.member, what, now=now)


def _reason(row: OpenIdIdentity | None, proven: ProvenIdentity) -> str:
    """For the operator, without who it is."""
    if row is not None:
        return "the account is disabled"
    if proven.email is None:
        return "the identity is new here, and the provider gives no verified e-mail address"
    return "no account that was never connected has the e-mail address"
