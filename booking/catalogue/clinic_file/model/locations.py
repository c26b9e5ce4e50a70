"""The places where the clinic receives patients, and when they are closed."""

from typing import Annotated

from pydantic import Field

from booking.catalogue.clinic_file.fields import CalendarDay, Day, Line, Region, Slug, Text, Zone
from booking.catalogue.clinic_file.hours.weeks import Times, Weekly
from booking.catalogue.clinic_file.model.section import Section


class ClosureSection(Section):
    """Whole days, both included."""

    first_day: Annotated[Day, Field(alias="from")]
    """The first day."""
    last_day: Annotated[Day, Field(alias="to")]
    """The last day."""
    reason: Text | None = None
    """Shown to visitors."""


class SpecialHoursSection(Section):
    """Instead of the weekly hours, also on a public holiday."""

    day: Annotated[CalendarDay, Field(alias="date")]
    """The day."""
    times: Times
    """On that day: `["07:00-12:00"]`."""


class LocationSection(Section):
    slug: Slug
    """Its name in links."""
    name: Text
    """As visitors know it."""
    address: Annotated[list[Line], Field(min_length=1)]
    """Lines, as on an envelope."""
    directions: Text | None = None
    """How to get there, for those who have booked: `"Four minutes on foot from the station."`"""
    parking: Text | None = None
    """Where to park, likewise: `"Parking is behind the building."`"""
    time_zone: Zone | None = None
    """Only if it isn't the clinic's."""
    public_holidays: Region = None
    """`"CA-ON"` closes on Ontario's; `false` stays open."""
    hours: Weekly
    """By day: `{ mon-fri = ["07:00-19:00"] }`."""
    special_hours: list[SpecialHoursSection] = []
    """Single days on which it is open at other times."""
    closures: list[ClosureSection] = []
    """Whole days on which the location is closed."""
