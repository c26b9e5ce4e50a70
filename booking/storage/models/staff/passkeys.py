"""Passkeys of the staff (WebAuthn), and the challenges that wait for an answer."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table

MAX_NAME = 200


class StaffPasskey(Table):
    """A passkey of a member. Its public key is no secret."""

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count"),)

    credential_id: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True)  # names it in lists
    member: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 where the passkey is on several devices
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Table):
    """Is deleted by the answer to it, or once it has expired."""

    __tablename__ = "passkey_challenges"

    challenge: Mapped[bytes] = mapped_column(primary_key=True)
    member: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id"))  # None: to sign in
    expires_at: Mapped[datetime] = mapped_column(index=True)
