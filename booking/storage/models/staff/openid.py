"""Identities of the staff at an OpenID provider, and requests for one that wait for the answer."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table

MAX_ISSUER = 255
MAX_SUBJECT = 255


class OpenIdIdentity(Table):
    """Who a member is at a provider: the pair of issuer and subject names one person for ever.

    One that was removed keeps its row, without the subject: no e-mail address connects it a second time.
    """

    __tablename__ = "openid_identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("issuer", "member"),
        CheckConstraint("(subject IS NULL) = (removed_at IS NOT NULL)", name="removed"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(MAX_ISSUER))
    subject: Mapped[str | None] = mapped_column(String(MAX_SUBJECT))
    member: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    connected_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class OpenIdRequest(Table):
    """Somebody was sent to the provider. Is deleted by the answer, or once it has expired."""

    __tablename__ = "openid_requests"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)  # of the token that the browser keeps
    member: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id"))  # None: to sign in
    expires_at: Mapped[datetime] = mapped_column(index=True)
