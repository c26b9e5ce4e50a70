"""The practitioners: their services, certificates, hours and time off."""

from typing import Annotated

from pydantic import Field

from booking.catalogue.clinic_file.fields import AboutText, CalendarDay, Day, Line, Moment, Slug, Text
from booking.catalogue.clinic_file.formats import Language
from booking.catalogue.clinic_file.hours.recurrence import Every, Weeks
from booking.catalogue.clinic_file.hours.weeks import Times, Weekly
from booking.catalogue.clinic_file.images.photo import PhotoFile
from booking.catalogue.clinic_file.model.offers import OfferSection
from booking.catalogue.clinic_file.model.section import Section
from booking.timegrid.recurring_days import RecurringDays


class TimeOffSection(Section):
    """Whole days, both included; or from one time to another on the clock of the places where they work.

    Once, or again and again.
    """

    starts_at: Annotated[Moment, Field(alias="from")]
    """A day, or a date with a time."""
    ends_at: Annotated[Moment, Field(alias="to")]
    """A day, or a date with a time."""
    every: Every | None = None
    """How often it comes again: `"1 week"` up to `"8 weeks"`, or `"1 year"`; none: never."""
    until: CalendarDay | None = None
    """The last day on which it may begin; none: until further notice."""


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
    first_day: Annotated[CalendarDay | None, Field(alias="from")] = None
    """The first day on which they are valid; none: they always were."""
    last_day: Annotated[CalendarDay | None, Field(alias="until")] = None
    """The last day on which they are valid; none: until further notice."""
    weeks: Annotated[Weeks, Field(alias="every")] = 1
    """How often, from the week of `from` on: `"2 weeks"` is every other week, `"8 weeks"` the most."""
    week: Weekly
    """By day: `{ mon-fri = ["09:00-17:00"] }`."""
    breaks: Weekly = {}
    """By day, within the week."""

    @property
    def days(self) -> RecurringDays:
        """The days on which they are valid."""
        weeks = self.weeks if self.first_day else 1  # Without a first day other weeks are a mistake.
        return RecurringDays(self.first_day, self.last_day, weeks)


class ExtraHoursSection(Section):
    """Besides the weekly hours, also on a day on which the location is closed; never while they are away."""

    day: Annotated[CalendarDay, Field(alias="date")]
    """The day."""
    times: Times
    """On that day: `["09:00-13:00"]`."""
    location: Slug | None = None
    """Slug; may be left out if the clinic has one location."""


class PractitionerSection(Section):
    slug: Slug
    """Their name in links."""
    name: Line
    """As patients know them."""
    title: Text | None = None
    """Their profession."""
    languages: list[Language] = []
    """Languages that they speak with patients."""
    about: AboutText | None = None
    """A sentence or two to patients, 300 characters at most."""
    photo: PhotoFile | None = None
    """A JPEG, PNG or WebP in the folder of this file, 10 MB at most. Its middle is shown, as a square; 384
    pixels each way look best. It is never fetched from another server."""
    services: list[OfferSection] = []
    """Slugs of the services that they offer; a table where their time or price is another:
    `{ slug = "dry-needling", duration = "60 min" }`."""
    certifications: list[CertificationSection] = []
    """Certificates that they hold, with their days."""
    hours: list[WorkingHoursSection] = []
    """When they work, location by location."""
    extra_hours: list[ExtraHoursSection] = []
    """Single days on which they work besides."""
    time_off: list[TimeOffSection] = []
    """When they are away."""

    @property
    def service_slugs(self) -> list[str]:
        return [offer.service for offer in self.services]
