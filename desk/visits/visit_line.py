"""A visit in words, as sheets and lists of the desk show it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_practitioners, all_services, location_zones
from booking.domain.translations import in_language
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.session import BookingSession


class VisitRow(Protocol):
    """What appointments and the visits of a person have in common."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def reference(self) -> str: ...
    @property
    def status(self) -> AppointmentStatus: ...
    @property
    def service(self) -> str: ...
    @property
    def practitioner(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True)
class VisitLine:
    """Names in the reader's language, times on the location's clock."""

    id: uuid.UUID
    reference: str
    status: AppointmentStatus
    service: str
    practitioner: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class VisitLines:
    """Makes the lines of one page, without a statement for each."""

    services: Mapping[str, str]
    practitioners: Mapping[str, str]
    zones: Mapping[str, ZoneInfo]

    @classmethod
    async def read(cls, session: BookingSession, language: str) -> "VisitLines":
        services, practitioners = await all_services(session), await all_practitioners(session)
        return cls(
            {slug: in_language(row.name, language) for slug, row in services.items()},
            {slug: row.name for slug, row in practitioners.items()},
            await location_zones(session),
        )

    def line(self, row: VisitRow) -> VisitLine:
        zone = self.zones[row.location]
        return VisitLine(
            row.id,
            row.reference,
            row.status,
            self.services[row.service],
            self.practitioners[row.practitioner],
            row.starts_at.astimezone(zone),
            row.ends_at.astimezone(zone),
        )
