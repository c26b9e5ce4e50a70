"""The clinic itself: its rules for booking, consent, retention, the desk and calendars elsewhere."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, HttpUrl

from booking.catalogue.clinic_file import spelling
from booking.catalogue.clinic_file.fields import (
    Country,
    Duration,
    Line,
    Period,
    Text,
    Ticks,
    WholeDays,
    WholeDaysOrFalse,
    Zone,
    between,
)
from booking.catalogue.clinic_file.formats import Email, Language, Version
from booking.catalogue.clinic_file.model.section import Section
from booking.domain.policy import WhenUnreachable


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
