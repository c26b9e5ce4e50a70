"""The clinic file's tables and keys, as pydantic models; docs/reference/clinic-file.md is made from them.

A field has the name of the column that stores it, and the file's key as its alias where the two differ.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from booking.catalogue.clinic_file import spelling
from booking.catalogue.clinic_file.fields import (
    ClockTime,
    Country,
    Day,
    Duration,
    Line,
    MailText,
    Moment,
    Period,
    QuietHours,
    Region,
    Slug,
    Text,
    Ticks,
    Weekly,
    WholeDays,
    WholeDaysOrFalse,
    Zone,
    between,
)
from booking.catalogue.clinic_file.formats import (
    Amount,
    Currency,
    Email,
    Language,
    Revision,
    ServiceType,
    Version,
)
from booking.catalogue.clinic_file.logo import LogoFile
from booking.domain.policy import MAX_VISITS, WhenUnreachable
from booking.domain.screening import Outcome

HALF_HOUR, DAY = timedelta(minutes=30), timedelta(hours=24)
NIGHT = (timedelta(hours=21), timedelta(hours=8))


class Section(BaseModel):
    """A table of the clinic's file, a pydantic model; a key that it doesn't name is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClinicSection(Section):
    name: Text
    """The clinic's name, in each language if you like."""
    phone: Line
    """In any style; shown as you write it."""
    country: Country
    """Where phone numbers without a country code are from: `"CA"`."""
    email: Email | None = None
    """The address that answers to the clinic's mails go to."""
    website: Annotated[HttpUrl, spelling.ADDRESS] | None = None
    """The clinic's own site."""
    time_zone: Zone
    """`"America/Toronto"`."""
    languages: Annotated[list[Language], Field(min_length=1)]
    """Of your texts, your own first: `["en", "fr"]`."""


class PolicySection(Section):
    slot_step: Annotated[Ticks, between("5 min", "24 h")]
    """Visits start at multiples of this, from midnight."""
    minimum_notice: Annotated[Duration, between("0 min", "366 days")]
    """How long before a visit it must be booked."""
    horizon: Annotated[WholeDays, between("1 day", "366 days")]
    """How far ahead a visit can be booked: whole days, 366 at most."""
    hold_length: Annotated[Duration, between("1 min", "60 min"), Field(alias="hold")]
    """How long a time is held while a visitor fills in the form, 60 min at most."""
    cancellation_notice: Annotated[Duration, between("0 min", "366 days")]
    """Until how long before a visit it can be moved or cancelled online."""
    grace: Annotated[Duration, between("0 min", "24 h")] = timedelta(minutes=15)
    """How long patients can undo a slip, 15 min unless given: cancel a visit that they booked or moved inside
    the cancellation notice, and take back a cancellation while the time is free. Never once the visit has
    begun; `"0 min"`: they call."""
    screening_valid: WholeDaysOrFalse = timedelta(days=30)
    """A visit that is moved to more days than these after its booking is screened again, 30 unless given;
    `false`: the answers of the booking hold."""
    travel_time: Annotated[Ticks, between("0 min", "4 h")] = timedelta(0)
    """How long a practitioner needs from one location to another, 4 h at most: kept free between the visits
    there and their buffers."""


class ConsentSection(Section):
    version: Version
    """Names the text, in the API and beside each consent: `"2027-01"`. Another text needs another version."""
    text: Text
    """Plain text, with line breaks; shown above a box that the patient ticks."""


class RetentionSection(Section):
    contact_data_retention: Annotated[
        Annotated[Period, between("30 days", "100 years")] | None, Field(alias="contact_data")
    ] = None
    """How long patients' data are kept after the end of the person's last visit, `"10 years"`; then they are
    [erased](../how-to/protect-data.md#retention). For ever unless given."""
    audit_retention: Annotated[
        Annotated[Period, between("1 year", "100 years")] | None, Field(alias="audit")
    ] = None
    """How long rows of the [audit trail](../how-to/audit-trail.md) are kept, a year at least: for ever unless
    given."""
    outbox_retention: Annotated[Period, between("7 days", "10 years"), Field(alias="outbox")] = timedelta(
        days=30
    )
    """How long events and their deliveries to mails, webhooks and features are kept: 30 days unless given."""
    webhook_log_retention: Annotated[Period, between("1 day", "10 years"), Field(alias="webhook_log")] = (
        timedelta(days=30)
    )
    """How long attempts to deliver to webhook endpoints are kept: 30 days unless given."""


class DeskSection(Section):
    sign_out_after: Annotated[Duration, between("5 min", "7 days")] = timedelta(minutes=30)
    """Staff who haven't used the [front desk](../how-to/front-desk.md) for so long are signed out: from 5 min
    to 7 days, 30 min unless given."""


class BusyCalendarsSection(Section):
    busy_fresh_for: Annotated[Duration, between("1 min", "24 h"), Field(alias="fresh_for")] = timedelta(
        minutes=10
    )
    """So old may the copy of a calendar be before it is asked again: from 1 min to 24 h, 10 min unless
    given."""
    busy_near: Annotated[Duration, between("0 min", "366 days"), Field(alias="near")] = timedelta(days=2)
    """A visit that begins within this time is booked against a copy that is no older, `"2 days"` unless
    given."""
    when_unreachable: WhenUnreachable = WhenUnreachable.OPEN
    """What becomes of the near times of a practitioner whose calendar can't be asked: `"open"`, as the last
    copy has them, unless given; `"closed"`, nobody books them online."""


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


class ClosureSection(Section):
    """Whole days, both included."""

    first_day: Annotated[Day, Field(alias="from")]
    """The first day."""
    last_day: Annotated[Day, Field(alias="to")]
    """The last day."""
    reason: Text | None = None
    """Shown to visitors."""


class TimeOffSection(Section):
    """Whole days, both included; or from one time to another on the clock of the places where they work."""

    starts_at: Annotated[Moment, Field(alias="from")]
    """A day, or a date with a time."""
    ends_at: Annotated[Moment, Field(alias="to")]
    """A day, or a date with a time."""


class LocationSection(Section):
    slug: Slug
    """Its name in links."""
    name: Text
    """As visitors know it."""
    address: Annotated[list[Line], Field(min_length=1)]
    """Lines, as on an envelope."""
    time_zone: Zone | None = None
    """Only if it isn't the clinic's."""
    public_holidays: Region = None
    """`"CA-ON"` closes on Ontario's; `false` stays open."""
    hours: Weekly
    """By day: `{ mon-fri = ["07:00-19:00"] }`."""
    closures: list[ClosureSection] = []
    """Whole days on which the location is closed."""


class ScreeningSection(Section):
    slug: Slug
    """Its name for `services`."""
    text: Text
    """The question."""
    why: Text | None = None
    """A short, honest reason."""
    if_yes: Annotated[Outcome, Field(alias="yes")]
    """The consequence of this answer: `"cleared"`, `"tell"` (the practitioner talks about it) or `"call"` (no
    booking online, and the answer isn't stored)."""
    if_unsure: Annotated[Outcome | None, Field(alias="unsure")] = None
    """Like `yes` unless given."""
    if_no: Annotated[Outcome, Field(alias="no")]
    """As for `yes`."""


class FaqSection(Section):
    question: Text
    """A patient's question."""
    answer: Text
    """The clinic's answer."""


class ServiceSection(Section):
    slug: Slug
    """Its name in links."""
    name: Text
    """As visitors choose it."""
    description: Text | None = None
    """A short description."""
    preparation: Text | None = None
    """How a patient prepares for the visit."""
    faq: list[FaqSection] = []
    """Questions and answers, shown folded up beside the open times."""
    duration: Annotated[Ticks, between("5 min", "12 h")]
    """Of one visit."""
    buffer_before: Annotated[Ticks, between("0 min", "4 h")] = timedelta(0)
    """Time before a visit that can't be booked."""
    buffer_after: Annotated[Ticks, between("0 min", "4 h")] = timedelta(0)
    """Time after a visit that can't be booked."""
    visits: Annotated[int, Field(ge=1, le=MAX_VISITS, strict=True)] = 1
    """2 to 12 makes it a course, booked as one with one practitioner."""
    price: Amount | None = None
    """`"110.00"`, for all visits together; with `currency`."""
    currency: Currency | None = None
    """`"CAD"`."""
    requires: Slug | None = None
    """The kind of certificate that the practitioner must hold on the day."""
    service_type: ServiceType | None = None
    """Its code in [HL7's list](https://terminology.hl7.org/CodeSystem-service-type.html) of services, for
    directories: `"65"` is physiotherapy, `"25"` massage therapy."""
    screening: list[Slug] = []
    """Slugs of questions, in order."""
    reminders: Annotated[bool, Field(strict=True)] = True
    """`false`: patients are not reminded of its visits."""


class CertificationSection(Section):
    kind: Slug
    """The kind, as `requires` of a service names it."""
    valid_from: Day | None = None
    """Its first day."""
    valid_until: Day
    """Its last day."""


class WorkingHoursSection(Section):
    location: Slug | None = None
    """Slug; may be left out if the clinic has one location."""
    week: Weekly
    """By day: `{ mon-fri = ["09:00-17:00"] }`."""
    breaks: Weekly = {}
    """By day, within the week."""


class PractitionerSection(Section):
    slug: Slug
    """Their name in links."""
    name: Line
    """As patients know them."""
    title: Text | None = None
    """Their profession."""
    languages: list[Language] = []
    """Languages that they speak with patients."""
    services: list[Slug] = []
    """Slugs of the services that they offer."""
    certifications: list[CertificationSection] = []
    """Certificates that they hold, with their days."""
    hours: list[WorkingHoursSection] = []
    """When they work, location by location."""
    time_off: list[TimeOffSection] = []
    """When they are away."""


class ClinicFile(Section):
    revision: Revision | None = None
    """Of the database that `book-online export` wrote the file from. `load` refuses a file whose revision is
    not the database's any more, where it would undo what was changed there since. Leave it out of a file that
    you keep elsewhere, as in git: it is loaded as it is."""
    features: list[Line] = []
    """Names of the installed [features](../how-to/extend.md) that this clinic uses; `book-online features`
    lists them. Each finds its settings in a table of its name, `[aftercare]`."""
    clinic: ClinicSection
    """The clinic itself."""
    policy: PolicySection
    """How soon, how far ahead and how late visits are booked and changed."""
    consent: ConsentSection | None = None
    """The text that a patient agrees to before a booking. Without this table no consent is asked for."""
    retention: RetentionSection = RetentionSection()
    """How long data are kept that serve no visit any more: whole days, or months of 31 and years of 366 days.
    `book-online retention` deletes older ones."""
    desk: DeskSection = DeskSection()
    """The front desk of the clinic's staff."""
    busy_calendars: BusyCalendarsSection = BusyCalendarsSection()
    """Practitioners' [calendars elsewhere](../how-to/busy-calendars.md)."""
    mails: MailsSection = MailsSection()
    """Your logo, and [words of your own](../how-to/mails.md) below the first lines of a mail: plain text with
    line breaks, 600 characters at most."""
    reminders: RemindersSection | None = None
    """[Reminders](../how-to/reminders.md) of visits. Without this table none are sent."""
    sms: SmsSection | None = None
    """[Text messages](../how-to/sms.md) to patients without an e-mail address, for whom reminders are due.
    Without this table none are sent; the server needs an account at a gateway, too."""
    waiting_list: WaitingListSection | None = None
    """The [waiting list](../how-to/waiting-list.md) for times that open. Without this table there is none."""
    locations: Annotated[list[LocationSection], Field(min_length=1)]
    """The places where the clinic receives patients."""
    screening: list[ScreeningSection] = []
    """Questions before a booking."""
    services: Annotated[list[ServiceSection], Field(min_length=1)]
    """The services that can be booked."""
    practitioners: Annotated[list[PractitionerSection], Field(min_length=1)]
    """The practitioners who deliver the services."""
