"""How the staff sign in with a password: its hash, one-time codes, recovery codes, and attempts."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table

MAX_HASH = 250


def member_key() -> Mapped[uuid.UUID]:
    return mapped_column(ForeignKey("staff_members.id"), primary_key=True)


class StaffPassword(Table):
    """A member's password, as Argon2id's own text has it: parameters, salt, hash."""

    __tablename__ = "staff_passwords"

    member: Mapped[uuid.UUID] = member_key()
    hash: Mapped[str] = mapped_column(String(MAX_HASH))
    changed_at: Mapped[datetime]


class OneTimeCodeSecret(Table):
    """The secret that a member's authenticator app makes codes of (RFC 6238), encrypted.

    A new one counts once a code of it was shown; until then the former one does.
    """

    __tablename__ = "one_time_code_secrets"
    __table_args__ = (
        CheckConstraint("secret IS NOT NULL OR new_secret IS NOT NULL", name="some"),
        CheckConstraint("secret IS NOT NULL OR last_step IS NULL", name="last_step"),
    )

    member: Mapped[uuid.UUID] = member_key()
    secret: Mapped[Ciphertext | None]
    new_secret: Mapped[Ciphertext | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)  # of the newest code that was taken


class RecoveryCode(Table):
    """Signs a member in once in place of a one-time code."""

    __tablename__ = "recovery_codes"

    code_hmac: Mapped[bytes] = mapped_column(primary_key=True)
    member: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Table):
    """Somebody tried to sign in with a password. What they typed, and from where, can't be read from it."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index(None, "account_hmac", "at"),
        Index(None, "address_hmac", "at"),
        Index(None, "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_hmac: Mapped[bytes]
    address_hmac: Mapped[bytes]
    at: Mapped[datetime]
    was_right: Mapped[bool]
