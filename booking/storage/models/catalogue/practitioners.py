"""Those who treat patients: their photos, and their certifications."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.translations import Translations
from booking.storage.base import Table, slug_column

PHOTO_SIZES = (96, 192, 384)
"""Widths and heights of the pictures of a photo, in pixels."""


class Practitioner(Table):
    """A person who treats patients (FHIR Practitioner)."""

    __tablename__ = "practitioners"

    slug: Mapped[str] = slug_column()
    name: Mapped[str]
    title: Mapped[Translations | None]
    languages: Mapped[list[str]]
    about: Mapped[Translations | None]
    position: Mapped[int]
    listed: Mapped[bool]


class PractitionerPhoto(Table):
    """One of the square WebP pictures that were made of a practitioner's photo."""

    __tablename__ = "practitioner_photos"
    __table_args__ = (
        CheckConstraint("size IN (96, 192, 384)", name="known_size"),
        CheckConstraint("length(version) = 16", name="version"),
        CheckConstraint("length(content) BETWEEN 1 AND 200000", name="small"),
    )

    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)  # width and height in pixels
    version: Mapped[str] = mapped_column(String(16))  # of the photo, the same for all sizes
    content: Mapped[bytes]


class Certification(Table):
    """A qualification of a practitioner, and its days; both ends included."""

    __tablename__ = "certifications"

    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date]
