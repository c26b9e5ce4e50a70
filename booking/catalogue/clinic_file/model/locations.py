"""The places where the clinic receives patients, and when they are closed."""

from typing import Annotated

from pydantic import Field

from booking.catalogue.clinic_file.fields import Day, Line, Region, Slug, Text, Weekly, Zone
from booking.catalogue.clinic_file.model.section import Section


class ClosureSection(Section):
    """Whole days, both included."""

    first_day: Annotated[Day, Field(alias="from")]
    """The first day."""
    last_day: Annotated[Day, Field(alias="to")]
    """The last day."""
    reason: Text | None = None
    """Shown to visitors."""


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
