"""Mails, reminders, text messages and the waiting list."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from booking.catalogue.clinic_file.fields import ClockTime, Duration, MailText, QuietHours, between
from booking.catalogue.clinic_file.images.logo import LogoFile
from booking.catalogue.clinic_file.model.section import Section

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(hours=24)
NIGHT = (timedelta(hours=21), timedelta(hours=8))


class MailsSection(Section):
    logo: LogoFile | None = None
    """The clinic's logo, at the top of each mail to a patient: a PNG or JPEG in the folder of this file, of
    100 kB and 2000 pixels each way at most."""
    booked: MailText | None = None
    """Of a visit or a course that is booked."""
    moved: MailText | None = None
    """Of a visit that has another time or another practitioner."""
    cancelled: MailText | None = None
    """Of a visit that is cancelled, by whomever."""
    offer: MailText | None = None
    """Of other times, where a visit can't take place."""
    reminder: MailText | None = None
    """Before a visit."""


class RemindersSection(Section):
    reminder_days: Annotated[
        list[Annotated[int, Field(ge=1, le=30, strict=True)]], Field(alias="days_before", max_length=5)
    ] = [7, 1]
    """How many days before a visit, five numbers from 1 to 30 at most: `[7, 1]` unless given; `[]` sends
    none."""
    reminder_time: Annotated[ClockTime, Field(alias="at")] = timedelta(hours=16)
    """When on such a day, on the clock of the clinic's zone: `"16:00"` unless given."""
    reminder_wait: Annotated[Duration, between("0 min", "7 days"), Field(alias="after_booking")] = DAY
    """No reminder is due within this time of the booking or of a move, `"24 h"` unless given."""
    quiet_hours: QuietHours = NIGHT
    """Nothing is sent then, on the clinic's clock: `"21:00-08:00"` unless given; `false`: at any hour."""


class WaitingListSection(Section):
    waiting_list_offer: Annotated[Duration, between("5 min", "24 h"), Field(alias="offer")] = HALF_HOUR
    """How long a time is held for whom it is offered to, `"30 min"` unless given; less where it is near."""
    waiting_list_notice: Annotated[
        Annotated[Duration, between("0 min", "366 days")] | None, Field(alias="minimum_notice")
    ] = None
    """How long before a visit its time must be offered: that of `[policy]` unless given."""
    waiting_list_offers_a_week: Annotated[int, Field(alias="offers_a_week", ge=1, le=20, strict=True)] = 3
    """The most times that one person is offered within 7 days, from 1 to 20: 3 unless given."""
    waiting_list_entries: Annotated[int, Field(alias="entries_a_person", ge=1, le=10, strict=True)] = 3
    """How many entries of one person are looked at, the oldest first, from 1 to 10: 3 unless given."""
    waiting_list_quiet_hours: Annotated[QuietHours, Field(alias="quiet_hours")] = NIGHT
    """Nothing is offered then: `"21:00-08:00"` unless given; `false`: at any hour."""


class SmsSection(Section):
    sms_most_a_day: Annotated[int, Field(alias="most_a_day", ge=1, le=100_000, strict=True)] = 100
    """How many messages may leave on one day of the clinic's clock: 100 unless given."""
    sms_names_service: Annotated[bool, Field(alias="name_service", strict=True)] = False
    """`true`: a message names the service, which the phone shows on its locked screen."""
