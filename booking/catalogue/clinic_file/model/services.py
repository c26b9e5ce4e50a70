"""The services that can be booked, and the questions before a booking."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from booking.catalogue.clinic_file.fields import Slug, Text, Ticks, between
from booking.catalogue.clinic_file.formats import Amount, Currency, ServiceType
from booking.catalogue.clinic_file.model.section import Section
from booking.domain.policy import MAX_VISITS, AppointmentMode, PatientKind
from booking.domain.screening import Outcome


class ScreeningSection(Section):
    slug: Slug
    """Its name for `services`."""
    text: Text
    """The question."""
    statement: Text | None = None
    """The same in a few words, as a line of a list to tick: "Pregnant, or could be". The question is shown
    with what is ticked; without this line it is shown in the list."""
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
    category: Text | None = None
    """A heading: services with the same one stand together below it."""
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
    mode: AppointmentMode = AppointmentMode.IN_PERSON
    """`"in-person"`, `"video"` or `"phone"`: then no address of the clinic is shown for it."""
    joining: Text | None = None
    """How to join the video or the call, as the address of your meeting room. Those alone read it who have
    booked: on the confirmation, in mails and in the calendar file."""
    price: Amount | None = None
    """`"110.00"`, for all visits together; with `currency`."""
    currency: Currency | None = None
    """`"CAD"`."""
    price_note: Text | None = None
    """Shown behind the price, as `"plus HST"`."""
    requires: Slug | None = None
    """The kind of certificate that the practitioner must hold on the day."""
    needs: list[Slug] = []
    """Kinds of `resources`: a time is open only while one of each is free at the location."""
    service_type: ServiceType | None = None
    """Its code in [HL7's list](https://terminology.hl7.org/CodeSystem-service-type.html) of services, for
    directories: `"65"` is physiotherapy, `"25"` massage therapy."""
    patients: PatientKind | None = None
    """`"new"` or `"returning"` patients alone. Shown, as the ages are, and not checked: a refusal would tell
    strangers who is known to you."""
    youngest: Annotated[int, Field(ge=0, le=120, strict=True)] | None = None
    """The least age, in years: `16`."""
    oldest: Annotated[int, Field(ge=0, le=120, strict=True)] | None = None
    """The greatest age, in years."""
    screening: list[Slug] = []
    """Slugs of questions, in order."""
    reminders: Annotated[bool, Field(strict=True)] = True
    """`false`: patients are not reminded of its visits."""
