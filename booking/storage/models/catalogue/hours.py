"""When a location is open and a practitioner works: weekly hours, single days, and time off."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.translations import Translations
from booking.storage.base import Table


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


class Closure(Table):
    """Days on which a location is closed; both ends included."""

    __tablename__ = "closures"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[Translations | None]


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
