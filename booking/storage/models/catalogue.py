"""The catalogue, from the clinic to its screening questions, which `clinic.toml` describes.

Its rows are named by slugs. Holds and appointments refer to them, so they are withdrawn
(`listed = False`), never deleted."""

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.policy import (
    AppointmentMode,
    BookingPolicy,
    BusyCalendarPolicy,
    PatientKind,
    WhenUnreachable,
)
from booking.domain.screening import Outcome
from booking.domain.translations import Faq, Translations
from booking.storage.base import Table, enum_column, slug_column

PHOTO_SIZES = (96, 192, 384)
"""Widths and heights of the pictures of a photo, in pixels."""


class Clinic(Table):
    """The one clinic that this database is for, and its booking policy."""

    __tablename__ = "clinic"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[Translations]
    phone: Mapped[str]  # E.164, with its extension: +14165451881;ext=45
    phone_shown: Mapped[str]  # as the clinic writes it: 416.545.1881
    country: Mapped[str] = mapped_column(String(2), server_default=text("'ZZ'"))  # ISO 3166; ZZ: unknown
    email: Mapped[str | None]
    website: Mapped[str | None]
    time_zone: Mapped[str]  # IANA name
    languages: Mapped[list[str]]  # the first is the clinic's own
    slot_step: Mapped[timedelta]
    minimum_notice: Mapped[timedelta]
    horizon: Mapped[timedelta]
    hold_length: Mapped[timedelta]
    cancellation_notice: Mapped[timedelta]
    screening_valid: Mapped[timedelta | None]
    travel_time: Mapped[timedelta] = mapped_column(server_default=text("0"))
    grace: Mapped[timedelta] = mapped_column(server_default=text("15"))
    consent_version: Mapped[str | None] = mapped_column(String(64))  # None: no consent is asked for
    mail_texts: Mapped[dict[str, Translations] | None]  # by kind of mail; None: only ours
    contact_data_retention: Mapped[timedelta | None]  # None: for ever
    audit_retention: Mapped[timedelta | None]
    outbox_retention: Mapped[timedelta] = mapped_column(server_default=text("43200"))
    webhook_log_retention: Mapped[timedelta] = mapped_column(server_default=text("43200"))
    sign_out_after: Mapped[timedelta] = mapped_column(server_default=text("30"))
    reminder_days: Mapped[list[int] | None]  # before a visit; None: no reminders
    reminder_time: Mapped[timedelta] = mapped_column(server_default=text("960"))  # after midnight
    reminder_wait: Mapped[timedelta] = mapped_column(server_default=text("1440"))  # after the booking
    quiet_from: Mapped[timedelta] = mapped_column(server_default=text("0"))  # both 0: none
    quiet_until: Mapped[timedelta] = mapped_column(server_default=text("0"))
    busy_fresh_for: Mapped[timedelta] = mapped_column(server_default=text("10"))
    busy_near: Mapped[timedelta] = mapped_column(server_default=text("2880"))
    busy_closes_unreachable: Mapped[bool] = mapped_column(server_default=false())
    sms_most_a_day: Mapped[int | None]  # None: no text messages
    sms_names_service: Mapped[bool] = mapped_column(server_default=false())
    waiting_list_offer: Mapped[timedelta | None]  # how long an offer lasts; None: there is no waiting list
    waiting_list_notice: Mapped[timedelta | None]  # None: `minimum_notice`
    waiting_list_offers_a_week: Mapped[int] = mapped_column(server_default=text("3"))
    waiting_list_entries: Mapped[int] = mapped_column(server_default=text("3"))  # of a person
    waiting_list_quiet_from: Mapped[timedelta] = mapped_column(server_default=text("0"))  # both 0: none
    waiting_list_quiet_until: Mapped[timedelta] = mapped_column(server_default=text("0"))
    catalogue_revision: Mapped[str] = mapped_column(String(36), server_default=text("''"))  # set by triggers

    @property
    def policy(self) -> BookingPolicy:
        return BookingPolicy(
            self.slot_step,
            self.minimum_notice,
            self.horizon,
            self.hold_length,
            self.cancellation_notice,
            self.screening_valid,
            self.travel_time,
            self.grace,
        )

    @property
    def busy_calendars(self) -> BusyCalendarPolicy:
        when_unreachable = WhenUnreachable.CLOSED if self.busy_closes_unreachable else WhenUnreachable.OPEN
        return BusyCalendarPolicy(self.busy_fresh_for, self.busy_near, when_unreachable)


class MailLogo(Table):
    """The clinic's logo, which goes with each mail to a patient. Its size is that at which it is shown."""

    __tablename__ = "mail_logo"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("media_type IN ('image/png', 'image/jpeg')", name="shown_by_all"),
        CheckConstraint("width > 0 AND height > 0", name="has_size"),
        CheckConstraint("length(content) BETWEEN 1 AND 100000", name="small"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    media_type: Mapped[str] = mapped_column(String(16))
    width: Mapped[int]  # CSS pixels
    height: Mapped[int]
    content: Mapped[bytes]


class ConsentText(Table):
    """A text that patients agree to (FHIR Consent.policyText). Its row never changes and is never deleted."""

    __tablename__ = "consent_texts"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    text: Mapped[str]

    @property
    def key(self) -> str:
        """Names the text in one language: `2027-01/en`."""
        return f"{self.version}/{self.language}"


class Location(Table):
    """A place where appointments happen (FHIR Location)."""

    __tablename__ = "locations"

    slug: Mapped[str] = slug_column()
    name: Mapped[Translations]
    address: Mapped[list[str]]  # lines, as on an envelope
    directions: Mapped[Translations | None]
    parking: Mapped[Translations | None]
    time_zone: Mapped[str]
    public_holidays: Mapped[str | None]  # region of the holidays package, "CA-ON"; None: open on holidays
    position: Mapped[int]
    listed: Mapped[bool]


class Closure(Table):
    """Days on which a location is closed; both ends included."""

    __tablename__ = "closures"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[Translations | None]


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


class OpeningHours(Table):
    """A weekly span on the location's wall clock: the location's own, or a practitioner's at it.

    An appointment needs both to be open. Breaks are the gaps between spans. A practitioner's may be valid on
    some days alone: from a first to a last one, both included, in every `weeks`-th week from the first's on.
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="in_order"),
        CheckConstraint("first_day IS NULL OR practitioner IS NOT NULL", name="first_day"),
        CheckConstraint(
            "last_day IS NULL OR (practitioner IS NOT NULL AND (first_day IS NULL OR first_day <= last_day))",
            name="last_day",
        ),
        CheckConstraint("weeks = 1 OR (first_day IS NOT NULL AND weeks BETWEEN 2 AND 8)", name="weeks"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"), index=True)
    practitioner: Mapped[str | None] = mapped_column(ForeignKey("practitioners.slug"))
    weekday: Mapped[int]  # 0 is Monday
    opens: Mapped[int]  # minutes after midnight
    closes: Mapped[int]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    weeks: Mapped[int] = mapped_column(server_default=text("1"))  # 2: every other week


class DayHours(Table):
    """A span on one day, on the location's wall clock (schema.org specialOpeningHoursSpecification).

    The location's own: instead of the weekly ones, also on a public holiday. A practitioner's at it: besides
    the weekly ones, also while the location is closed.
    """

    __tablename__ = "day_hours"
    __table_args__ = (CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"), index=True)
    practitioner: Mapped[str | None] = mapped_column(ForeignKey("practitioners.slug"))
    day: Mapped[date]
    opens: Mapped[int]  # minutes after midnight
    closes: Mapped[int]


class TimeOff(Table):
    """A practitioner is away from `starts_at` up to `ends_at`, at every location."""

    __tablename__ = "time_off"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class RecurringTimeOff(Table):
    """A practitioner is away, at every location, again and again (RFC 5545 RRULE, WEEKLY or YEARLY).

    On the wall clock: from the first of the zones that shows the beginning to the last that shows the end.
    `first_day` and `last_day` are those of the first time.
    """

    __tablename__ = "recurring_time_off"
    __table_args__ = (
        CheckConstraint("first_day < last_day OR (first_day = last_day AND begins < ends)", name="in_order"),
        CheckConstraint("begins BETWEEN 0 AND 1439", name="begins"),
        CheckConstraint("ends BETWEEN 1 AND 1440", name="ends"),
        CheckConstraint("weeks BETWEEN 1 AND 8", name="weeks"),
        CheckConstraint("first_day <= until", name="until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), index=True)
    first_day: Mapped[date]
    begins: Mapped[int]  # minutes after midnight
    last_day: Mapped[date]
    ends: Mapped[int]
    weeks: Mapped[int | None]  # None: every year
    until: Mapped[date | None]  # the last day on which it may begin
    time_zones: Mapped[list[str]]  # IANA names


class Certification(Table):
    """A qualification of a practitioner, and its days; both ends included."""

    __tablename__ = "certifications"

    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date]


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
