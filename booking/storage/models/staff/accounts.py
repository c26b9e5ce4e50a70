"""Accounts of the clinic's staff, their sessions at the front desk, and links that sign in once."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.role import Role
from booking.storage.base import Table, enum_column

MAX_NAME = 200
MAX_EMAIL = 254
MAX_USER_AGENT = 200


class StaffAccount(Table):
    """A member of the staff. Never deleted: the audit trail refers to it.

    One that is disabled signs in no more.
    """

    __tablename__ = "staff_members"
    __table_args__ = (
        CheckConstraint("(role = 'practitioner') = (practitioner IS NOT NULL)", name="practitioner"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    name_key: Mapped[str] = mapped_column(
        String(3 * MAX_NAME), unique=True
    )  # equal for names that read alike
    email: Mapped[str | None] = mapped_column(String(MAX_EMAIL), unique=True)  # in small letters
    language: Mapped[str | None] = mapped_column(String(16))  # None: as the browser asks for it
    role: Mapped[Role] = enum_column(Role, "role")
    practitioner: Mapped[str | None] = mapped_column(ForeignKey("practitioners.slug"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SignInSession(Table):
    """From a sign-in up to `ended_at`, or until nobody has used it for as long as the clinic allows."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True)  # names it in lists; no secret
    member: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]  # precise to the minute
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(MAX_USER_AGENT))
    hides_names: Mapped[bool]


class SignInLink(Table):
    """Signs a member in once: the first time, or where everything else is lost. Each has one at most."""

    __tablename__ = "sign_in_links"
    __table_args__ = (CheckConstraint("created_at < expires_at", name="in_order"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    member: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id"), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
