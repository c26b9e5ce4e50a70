"""Identities of the staff at an OpenID provider, and requests that are used up."""

import uuid
from datetime import datetime

from sqlalchemy import delete, select

from booking.storage.models.staff.openid import OpenIdIdentity, OpenIdRequest
from booking.storage.session import BookingSession


async def identity_by_subject(session: BookingSession, issuer: str, subject: str) -> OpenIdIdentity | None:
    query = select(OpenIdIdentity).where(OpenIdIdentity.issuer == issuer, OpenIdIdentity.subject == subject)
    return (await session.scalars(query)).one_or_none()


async def identity_of_member(
    session: BookingSession, issuer: str, member: uuid.UUID
) -> OpenIdIdentity | None:
    """The member's identity at this provider, also one that was removed."""
    query = select(OpenIdIdentity).where(OpenIdIdentity.issuer == issuer, OpenIdIdentity.member == member)
    return (await session.scalars(query)).one_or_none()


async def take_request(
    session: BookingSession, token_hash: bytes, *, now: datetime
) -> tuple[uuid.UUID | None] | None:
    """Use the request up: the member whose it is, if any; None if it isn't there, or has expired."""
    query = delete(OpenIdRequest).where(
        OpenIdRequest.token_hash == token_hash, OpenIdRequest.expires_at > now
    )
    taken = (await session.execute(query.returning(OpenIdRequest.member))).one_or_none()
    return taken and (taken[0],)


async def delete_expired_requests(session: BookingSession, *, now: datetime) -> None:
    await session.execute(delete(OpenIdRequest).where(OpenIdRequest.expires_at <= now))
