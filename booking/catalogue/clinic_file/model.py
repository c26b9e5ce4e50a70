"""What a clinic's file may say, key by key."""

from datetime import timedelta
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl

from booking.catalogue.clinic_file.fields import (
    Country,
    Day,
    Duration,
    Line,
    Moment,
    Region,
    Slug,
    Text,
    Ticks,
    Weekly,
    WholeDays,
    Zone,
    between,
    matching,
)
from booking.domain.policy import MAX_VISITS
from booking.domain.screening import Outcome


def _email_address(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as reason:
        raise ValueError(f"{text!r} is no e-mail address") from reason


Email = Annotated[str, AfterValidator(_email_address)]
Language = Annotated[
    str, matching(r"[a-z]{2,3}(-[A-Z]{2})?", 'no language; languages look like "en" or "fr-CA"')
]
Amount = Annotated[str, matching(r"[0-9]{1,6}\.[0-9]{2}", 'no price; a price looks like "110.00"')]
Currency = Annotated[str, matching(r"[A-Z]{3}", 'no currency; a currency looks like "CAD"')]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClinicSection(Section):
    name: Text
    phone: Line
    country: Country
    email: Email | None = None
    website: HttpUrl | None = None
    time_zone: Zone
    languages: Annotated[list[Language], Field(min_length=1)]


class PolicySection(Section):
    slot_step: Annotated[Ticks, between("5 min", "24 h")]
    minimum_notice: Annotated[Duration, between("0 min", "366 days")]
    horizon: Annotated[WholeDays, between("1 day", "366 days")]
    hold: Annotated[Duration, between("1 min", "60 min")]
    cancellation_notice: Annotated[Duration, between("0 min", "366 days")]


class Days(Section):
    """Whole days, both included."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day


class ClosureSection(Days):
    reason: Text | None = None


class TimeOffSection(Section):
    """Whole days, both included; or from one time to another on the clinic's clock."""

    from_: Annotated[Moment, Field(alias="from")]
    to: Moment


class LocationSection(Section):
    slug: Slug
    name: Text
    address: Annotated[list[Line], Field(min_length=1)]
    time_zone: Zone | None = None
    public_holidays: Region = None
    hours: Weekly
    closures: list[ClosureSection] = []


class ScreeningSection(Section):
    slug: Slug
    text: Text
    why: Text | None = None
    yes: Outcome
    unsure: Outcome | None = None
    no: Outcome


class FaqSection(Section):
    question: Text
    answer: Text


class ServiceSection(Section):
    slug: Slug
    name: Text
    description: Text | None = None
    preparation: Text | None = None
    faq: list[FaqSection] = []
    duration: Annotated[Ticks, between("5 min", "12 h")]
    buffer_before: Annotated[Ticks, between("0 min", "4 h")] = timedelta(0)
    buffer_after: Annotated[Ticks, between("0 min", "4 h")] = timedelta(0)
    visits: Annotated[int, Field(ge=1, le=MAX_VISITS, strict=True)] = 1
    price: Amount | None = None
    currency: Currency | None = None
    requires: Slug | None = None
    screening: list[Slug] = []


class CertificationSection(Section):
    kind: Slug
    valid_from: Day | None = None
    valid_until: Day


class WorkingHoursSection(Section):
    location: Slug | None = None
    week: Weekly
    breaks: Weekly = {}


class PractitionerSection(Section):
    slug: Slug
    name: Line
    title: Text | None = None
    languages: list[Language] = []
    services: list[Slug] = []
    certifications: list[CertificationSection] = []
    hours: list[WorkingHoursSection] = []
    time_off: list[TimeOffSection] = []


class ClinicFile(Section):
    features: list[Line] = []
    clinic: ClinicSection
    policy: PolicySection
    locations: Annotated[list[LocationSection], Field(min_length=1)]
    screening: list[ScreeningSection] = []
    services: Annotated[list[ServiceSection], Field(min_length=1)]
    practitioners: Annotated[list[PractitionerSection], Field(min_length=1)]
