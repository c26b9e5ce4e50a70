"""What a member can sign in with, and how a way is given up: never the last one."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.staff.account_events import record_change
from booking.staff.accounts import StaffMember
from booking.staff.openid.identities import ConnectedIdentity, connected_identity
from booking.staff.refusals import LastWayToSignIn
from booking.storage.models.audit import AuditAction
from booking.storage.queries.desk.openid import identity_of_member
from booking.storage.queries.desk.passkeys import passkeys_of
from booking.storage.queries.desk.sign_in import (
    code_secret_of,
    delete_password_way,
    password_of,
    unused_recovery_codes,
)
from booking.storage.queries.desk.staff import account_by_id
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class WaysToSignIn:
    """A password signs in with one-time codes alone, so that either without the other is no way yet."""

    passkeys: int
    has_password: bool
    has_one_time_codes: bool
    recovery_codes_left: int
    identity: ConnectedIdentity | None
    """At the provider that this server uses; one at a former provider is no way."""

    @property
    def password_signs_in(self) -> bool:
        return self.has_password and self.has_one_time_codes

    @property
    def count(self) -> int:
        return self.passkeys + self.password_signs_in + (self.identity is not None)


async def ways_to_sign_in(
    session: BookingSession, member: StaffMember, *, issuer: str | None
) -> WaysToSignIn:
    """`issuer` is the OpenID provider that this server uses; None: none."""
    codes = await code_secret_of(session, member.id)
    return WaysToSignIn(
        passkeys=len(await passkeys_of(session, member.id)),
        has_password=await password_of(session, member.id) is not None,
        has_one_time_codes=codes is not None and codes.secret is not None,
        recovery_codes_left=await unused_recovery_codes(session, member.id),
        identity=await connected_identity(session, member, issuer),
    )


async def remove_passkey(
    session: BookingSession,
    member: StaffMember,
    id: uuid.UUID,
    *,
    issuer: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Let nobody sign in with this passkey any more.

    Raises:
        NotFound: the member has no such passkey.
        LastWayToSignIn: there is no other way.
    """
    # Locked, so that two removals at once don't each leave the other's.
    await account_by_id(session, member.id, is_locked=True)
    row = next((row for row in await passkeys_of(session, member.id) if row.id == id), None)
    if row is None:
        raise NotFound("There is no such passkey. It may have been removed already.", path=("passkey",))
    if (await ways_to_sign_in(session, member, issuer=issuer)).count <= 1:
        raise LastWayToSignIn
    await session.delete(row)
    await session.flush()
    await record_change(session, actor, AuditAction.UPDATE, member.id, f"lost passkey {id}", now=now)


async def remove_password(
    session: BookingSession, member: StaffMember, *, issuer: str | None, actor: Actor, now: datetime
) -> None:
    """Remove the password with the one-time codes and recovery codes that belong to it.

    Raises:
        LastWayToSignIn: there is no other way.
    """
    await account_by_id(session, member.id, is_locked=True)
    ways = await ways_to_sign_in(session, member, issuer=issuer)
    if ways.count == ways.password_signs_in:
        raise LastWayToSignIn
    await delete_password_way(session, member.id)
    await record_change(session, actor, AuditAction.UPDATE, member.id, "has no password any more", now=now)


async def remove_identity(
    session: BookingSession, member: StaffMember, *, issuer: str, actor: Actor, now: datetime
) -> None:
    """Let nobody sign in with the member's identity at this provider any more, until they connect one again.

    Raises:
        NotFound: there is none.
        LastWayToSignIn: there is no other way.
    """
    await account_by_id(session, member.id, is_locked=True)
    row = await identity_of_member(session, issuer, member.id)
    if row is None or row.subject is None:
        raise NotFound("There is no such sign-in. It may have been removed already.", path=("identity",))
    if (await ways_to_sign_in(session, member, issuer=issuer)).count <= 1:
        raise LastWayToSignIn
    row.subject, row.removed_at = None, now
    await session.flush()
    await record_change(
        session, actor, AuditAction.UPDATE, member.id, f"lost OpenID identity {row.id}", now=now
    )
