"""API keys of partners, their secrets, and the public keys of web sites."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table


class Scope(StrEnum):
    """A right that a key may have, of a partner's or of the clinic's own software."""

    CATALOGUE = "catalogue"
    AVAILABILITY = "availability"
    BOOK = "book"
    APPOINTMENT_READ = "appointment-read"
    APPOINTMENT_MANAGE = "appointment-manage"
    PATIENT_READ = "patient-read"
    WEBHOOK_MANAGE = "webhook-manage"
    DESK_READ = "desk-read"
    """Of the clinic's own software: the day of all practitioners, and every appointment."""
    DESK_MANAGE = "desk-manage"
    """Of the clinic's own software: what staff do at the front desk."""


class ApiKey(Table):
    """A partner's key. Never deleted: appointments refer to the key that booked them."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # public: each secret begins with it
    name: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]  # precise to the hour
    revoked_at: Mapped[datetime | None]


class ApiKeySecret(Table):
    """A key has two while they are rotated."""

    __tablename__ = "api_key_secrets"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class SiteKey(Table):
    """Identifies a web site that embeds the widget. It can be read there, so it is no secret."""

    __tablename__ = "site_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    origins: Mapped[list[str]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
