"""What can be booked, with whom, and the screening questions before it."""

from datetime import timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.policy import (
    AppointmentMode,
    PatientKind,
)
from booking.domain.screening import Outcome
from booking.domain.translations import Faq, Translations
from booking.storage.base import Table, enum_column, slug_column


class Service(Table):
    """A service that can be booked (FHIR HealthcareService); `visits` above 1 makes it a course."""

    __tablename__ = "services"
    __table_args__ = (
        CheckConstraint("duration > 0 AND duration % 5 = 0", name="whole_ticks"),
        CheckConstraint("buffer_before >= 0 AND buffer_before % 5 = 0", name="buffer_before"),
        CheckConstraint("buffer_after >= 0 AND buffer_after % 5 = 0", name="buffer_after"),
        CheckConstraint("visits BETWEEN 1 AND 12", name="visits"),
    )

    slug: Mapped[str] = slug_column()
    name: Mapped[Translations]
    category: Mapped[Translations | None]
    description: Mapped[Translations | None]
    preparation: Mapped[Translations | None]
    faq: Mapped[Faq | None]
    duration: Mapped[timedelta]
    buffer_before: Mapped[timedelta]
    buffer_after: Mapped[timedelta]
    visits: Mapped[int]
    mode: Mapped[AppointmentMode] = enum_column(AppointmentMode, "mode", default=AppointmentMode.IN_PERSON)
    joining: Mapped[Translations | None]  # for those who have booked
    price: Mapped[str | None]  # decimal, "95.00", for all visits of a course
    currency: Mapped[str | None] = mapped_column(String(3))
    price_note: Mapped[Translations | None]
    requires: Mapped[str | None] = mapped_column(String(64))  # a certification's kind
    needs: Mapped[list[str] | None]  # kinds of resources; None: needs none
    service_type: Mapped[str | None] = mapped_column(String(4))  # a code of HL7's service types
    patients: Mapped[PatientKind | None] = enum_column(PatientKind, "patients")  # None: all
    youngest: Mapped[int | None]  # years
    oldest: Mapped[int | None]
    reminders: Mapped[bool] = mapped_column(server_default=true())
    position: Mapped[int]
    listed: Mapped[bool]


class ServiceOffer(Table):
    """A practitioner offers a service; the service may require a certification besides."""

    __tablename__ = "service_offers"
    __table_args__ = (CheckConstraint("duration > 0 AND duration % 5 = 0", name="duration"),)

    service: Mapped[str] = mapped_column(ForeignKey("services.slug"), primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), primary_key=True)
    duration: Mapped[timedelta | None]  # None: that of the service
    price: Mapped[str | None]  # in the service's currency; None: that of the service


class ScreeningQuestion(Table):
    """A question before booking, and the outcome of each answer."""

    __tablename__ = "screening_questions"

    slug: Mapped[str] = slug_column()
    text: Mapped[Translations]
    statement: Mapped[Translations | None]
    why: Mapped[Translations | None]
    if_yes: Mapped[Outcome] = enum_column(Outcome, "if_yes")
    if_unsure: Mapped[Outcome] = enum_column(Outcome, "if_unsure")
    if_no: Mapped[Outcome] = enum_column(Outcome, "if_no")
    position: Mapped[int] = mapped_column(server_default="0")
    listed: Mapped[bool] = mapped_column(server_default=true())


class ServiceScreening(Table):
    """The questions of a service, in their order."""

    __tablename__ = "service_screening"

    service: Mapped[str] = mapped_column(ForeignKey("services.slug"), primary_key=True)
    question: Mapped[str] = mapped_column(ForeignKey("screening_questions.slug"), primary_key=True)
    position: Mapped[int]
