"""The catalogue that sample mails name: the clinic's own, from its file or from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from booking.catalogue.clinic_file.mapping import Row, rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.lookup import (
    all_locations,
    all_practitioners,
    all_services,
    mail_logo,
    practitioners_offering,
)
from booking.domain.errors import NotFound
from booking.storage.models.catalogue.clinic import Clinic, Location, MailLogo
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service, ServiceOffer
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession

Named = TypeVar("Named", Service, Practitioner, Location)


@dataclass(frozen=True)
class SampleCatalogue:
    """Rows by slug. `offers` are the slugs of a practitioner or more for each service that is offered."""

    clinic: Clinic
    services: Mapping[str, Service]
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]
    offers: Mapping[str, list[str]]
    logo: MailLogo | None

    def single_visit(self) -> Service:
        """The first service of one visit, or else the first.

        Raises:
            NotFound: the clinic offers no service.
        """
        offered = self._offered()
        if not offered:
            raise NotFound("No practitioner offers a service yet, so there is nothing to show.")
        return next((service for service in offered if service.visits == 1), offered[0])

    def course(self) -> Service | None:
        """The first service of several visits."""
        return next((service for service in self._offered() if service.visits > 1), None)

    def first_location(self) -> Location:
        return min(
            (row for row in self.locations.values() if row.listed), key=lambda location: location.position
        )

    def _offered(self) -> list[Service]:
        listed = [row for row in self.services.values() if row.listed and self.offers.get(row.slug)]
        return sorted(listed, key=lambda service: service.position)


def catalogue_of_file(file: ClinicFile) -> SampleCatalogue:
    """As a load of the file would make it."""
    rows = rows_of_clinic_file(file)
    offers: dict[str, list[str]] = {}
    for offer in rows.parts[ServiceOffer]:
        offers.setdefault(offer["service"], []).append(offer["practitioner"])
    return SampleCatalogue(
        Clinic(**rows.clinic),
        _by_slug(Service, rows.named[Service]),
        _by_slug(Practitioner, rows.named[Practitioner]),
        _by_slug(Location, rows.named[Location]),
        offers,
        next((MailLogo(**logo) for logo in rows.parts[MailLogo]), None),
    )


async def catalogue_of_database(session: BookingSession) -> SampleCatalogue:
    """As it is loaded."""
    services, practitioners = await all_services(session), await all_practitioners(session)
    offers = {}
    for slug in services:
        offering = await practitioners_offering(session, slug)
        rows = [row for row in practitioners.values() if row.listed and row.slug in offering]
        offers[slug] = [row.slug for row in sorted(rows, key=lambda row: row.position)]
    return SampleCatalogue(
        await get_clinic(session),
        services,
        practitioners,
        await all_locations(session),
        offers,
        await mail_logo(session),
    )


def _by_slug(table: type[Named], rows: list[Row]) -> dict[str, Named]:
    return {row["slug"]: table(**row) for row in rows}
