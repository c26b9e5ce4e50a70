"""The clinic itself: its policy, its logo, the texts that patients agree to, and its locations."""

from datetime import timedelta

from sqlalchemy import CheckConstraint, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.policy import (
    BookingPolicy,
    BusyCalendarPolicy,
    WhenUnreachable,
)
from booking.domain.translations import Translations
from booking.storage.base import Table, slug_column


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
