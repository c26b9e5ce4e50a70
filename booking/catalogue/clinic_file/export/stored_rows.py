"""The rows of the catalogue that a clinic's file could have made."""

from typing import Any

from sqlalchemy import inspect

from booking.catalogue.clinic_file.mapping import ClinicRows, Row
from booking.domain.errors import NotFound
from booking.storage.base import Table
from booking.storage.models.catalogue.clinic import Clinic, ConsentText, Location, MailLogo
from booking.storage.models.catalogue.hours import Closure, DayHours, OpeningHours, RecurringTimeOff, TimeOff
from booking.storage.models.catalogue.practitioners import Certification, Practitioner, PractitionerPhoto
from booking.storage.models.catalogue.services import (
    ScreeningQuestion,
    Service,
    ServiceOffer,
    ServiceScreening,
)
from booking.storage.models.ticks import Resource
from booking.storage.queries.catalogue import all_rows
from booking.storage.session import BookingSession

NAMED: tuple[type[Table], ...] = (Location, ScreeningQuestion, Service, Resource, Practitioner)
PARTS: dict[type[Table], dict[str, type[Table]]] = {
    OpeningHours: {"location": Location, "practitioner": Practitioner},
    DayHours: {"location": Location, "practitioner": Practitioner},
    Closure: {"location": Location},
    Certification: {"practitioner": Practitioner},
    TimeOff: {"practitioner": Practitioner},
    RecurringTimeOff: {"practitioner": Practitioner},
    MailLogo: {},
    PractitionerPhoto: {"practitioner": Practitioner},
    ServiceOffer: {"service": Service, "practitioner": Practitioner},
    ServiceScreening: {"service": Service, "question": ScreeningQuestion},
}
"""Each with the columns that name a row by its slug."""


async def stored_rows(session: BookingSession) -> ClinicRows | None:
    """What is listed, in the clinic's order, and the present text of consent; None before the first load."""
    clinics = await all_rows(session, Clinic)
    if not clinics:
        return None
    clinic = _columns(clinics[0])
    texts = [_columns(row) for row in await all_rows(session, ConsentText)]
    named = {table: await _listed(session, table) for table in NAMED}
    slugs = {table: {row["slug"] for row in rows} for table, rows in named.items()}
    return ClinicRows(
        clinic=clinic,
        consent_texts=[
            row
            for row in texts
            if row["version"] == clinic["consent_version"] and row["language"] in clinic["languages"]
        ],
        named=named,
        parts={
            table: [
                row
                for row in map(_columns, await all_rows(session, table))
                # Hours without a practitioner are the location's own.
                if all(row[column] in {*slugs[owner], None} for column, owner in owners.items())
            ]
            for table, owners in PARTS.items()
        },
    )


async def present_rows(session: BookingSession) -> ClinicRows:
    """The same, where there must be a clinic.

    Raises:
        NotFound: no clinic's file was ever loaded.
    """
    rows = await stored_rows(session)
    if rows is None:
        raise NotFound("There is no clinic yet.")
    return rows


async def _listed(session: BookingSession, table: type[Table]) -> list[Row]:
    rows = [row for row in map(_columns, await all_rows(session, table)) if row["listed"]]
    return sorted(rows, key=lambda row: (row["position"], row["slug"]))


def _columns(row: Any) -> Row:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).columns}
