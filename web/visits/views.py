"""A patient's own visit, as its pages show it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations, all_practitioners, all_services, location_zones
from booking.catalogue.visit_place import arrival_lines, place_lines
from booking.domain.policy import BookingPolicy
from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class VisitView:
    """`seen` names the visit at this time, in a form: what has changed since is not meant any more.

    `change_until` is the last instant to move it online, `cancel_until` to cancel it, and `undo_until` to
    undo that it was cancelled: None once that has passed.
    """

    id: uuid.UUID
    seen: str
    reference: str
    service: str
    practitioner: str
    location: str
    address: Sequence[str]
    arrival: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    is_coming: bool
    is_cancelled: bool
    is_confirmed: bool
    change_until: datetime | None
    cancel_until: datetime | None
    undo_until: datetime | None


async def visit_views(
    session: BookingSession, rows: Sequence[Appointment], language: str, *, now: datetime
) -> list[VisitView]:
    services, practitioners = await all_services(session), await all_practitioners(session)
    locations, zones = await all_locations(session), await location_zones(session)
    policy = (await get_clinic(session)).policy
    views = []
    for row in rows:
        zone, service = zones[row.location], services[row.service]
        where = place_lines(service, locations[row.location], texts_for(language), language)
        views.append(
            VisitView(
                row.id,
                seen_visit(row),
                row.reference,
                in_language(service.name, language),
                practitioners[row.practitioner].name,
                where[0],
                where[1:],
                arrival_lines(service, locations[row.location], language),
                row.starts_at.astimezone(zone),
                row.ends_at.astimezone(zone),
                is_coming=row.status is AppointmentStatus.BOOKED and row.starts_at > now,
                is_cancelled=not row.stands,
                is_confirmed=row.confirmed_at is not None,
                change_until=_until(row.change_deadline(policy), row, now, zone=zone),
                cancel_until=_until(row.cancellation_deadline(policy), row, now, zone=zone),
                undo_until=_undo_until(row, policy, now, zone=zone),
            )
        )
    return views


def _until(deadline: datetime, row: Appointment, now: datetime, *, zone: ZoneInfo) -> datetime | None:
    can_change = row.status is AppointmentStatus.BOOKED and row.starts_at > now and deadline >= now
    return deadline.astimezone(zone) if can_change else None


def _undo_until(row: Appointment, policy: BookingPolicy, now: datetime, *, zone: ZoneInfo) -> datetime | None:
    deadline = row.undo_deadline(policy)
    return deadline.astimezone(zone) if deadline and deadline >= now else None


def seen_visit(row: Appointment) -> str:
    """`3f2a…@2026-11-24T14:00:00+00:00`."""
    return f"{row.id}@{row.starts_at.astimezone(UTC).isoformat()}"


def visit_seen_in(text: str) -> tuple[uuid.UUID, datetime] | None:
    """What `seen_visit` has written; None for anything else."""
    name, _, at = text.partition("@")
    try:
        starts_at = datetime.fromisoformat(at)
        return (uuid.UUID(name), starts_at) if starts_at.tzinfo else None
    except ValueError:
        return None
