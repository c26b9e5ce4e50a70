"""Lists of appointments: their filter, their orders, and the cursors of each order."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from booking.catalogue.lookup import all_locations
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.storage.models.appointments import Appointment as Row
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.appointments import AppointmentCriteria, AppointmentOrder
from booking.storage.session import BookingSession
from graphql_api.operations.mutation import in_argument
from graphql_api.types.relay import Key, cursor_key, invalid_cursor, key_from_optional_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
# A day further in both directions, no time zone has an instant of the day.
MIN_DAY, MAX_DAY = date.min + DAY, date.max - 2 * DAY

strawberry.enum(AppointmentOrder, description="What a list of appointments is sorted by, earliest first.")


@strawberry.input(description="Which appointments: those that meet all that is given.")
class AppointmentFilter:
    changed_since: datetime | None = strawberry.field(
        default=None,
        description=(
            "Those that were booked, moved or cancelled, or got a status, at this instant or later. Let it "
            "overlap the time before by a minute: a change is visible only some time after the instant "
            "that it carries."
        ),
    )
    from_: date | None = strawberry.field(
        name="from", default=None, description="Those that start on this day of the location's or later."
    )
    to: date | None = strawberry.field(
        default=None, description="Those that start on this day of the location's or earlier."
    )
    status: AppointmentStatus | None = strawberry.field(default=None, description="Those of this status.")
    service_id: strawberry.ID | None = strawberry.field(default=None, description="Those of this service.")
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Those with this practitioner."
    )
    location_id: strawberry.ID | None = strawberry.field(default=None, description="Those at this location.")


async def appointment_criteria(
    session: BookingSession, filter: AppointmentFilter, *, booked_by: str
) -> AppointmentCriteria:
    """The filter in terms of the database.

    Raises:
        InvalidInput: an id of another type, or days in the wrong order.
    """
    first, last = filter.from_ or MIN_DAY, filter.to or MAX_DAY
    with in_argument("filter"):
        if filter.from_ and filter.to and filter.to < filter.from_:
            raise InvalidInput(
                "The last day must not be before the first.", path=("to",), code=InvalidInputCode.OUT_OF_RANGE
            )
        has_days = filter.from_ is not None or filter.to is not None
        locations = (await all_locations(session)).values() if has_days else ()
        return AppointmentCriteria(
            booked_by=booked_by,
            changed_since=filter.changed_since,
            starting={row.slug: _stretch(first, last, ZoneInfo(row.time_zone)) for row in locations}
            if has_days
            else None,
            status=filter.status,
            service=key_from_optional_id(filter.service_id, "Service", "serviceId"),
            practitioner=key_from_optional_id(filter.practitioner_id, "Practitioner", "practitionerId"),
            location=key_from_optional_id(filter.location_id, "Location", "locationId"),
        )


def _stretch(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, on the zone's calendar."""
    return _midnight(max(first, MIN_DAY), zone), _midnight(min(last, MAX_DAY) + DAY, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def position_key(order: AppointmentOrder, row: Row) -> Key:
    """Where the row is in this order."""
    return (order.name, (order.instant(row) - EPOCH) // MICROSECOND, str(row.id))


def cursor_position(order: AppointmentOrder, first: int, after: str | None) -> tuple[datetime, UUID] | None:
    """The position that a cursor of this order names; None for the first page.

    Raises:
        InvalidInput: a page size out of range, or a cursor of another order or list.
    """
    key = cursor_key(first, after, like=("", 0, ""))
    if key is None:
        return None
    name, microseconds, uuid = key
    if name != order.name:
        raise InvalidInput(
            "This is a cursor of another order.", path=("after",), code=InvalidInputCode.CONFLICT
        )
    try:
        return EPOCH + int(microseconds) * MICROSECOND, UUID(str(uuid))
    except (ValueError, OverflowError) as reason:
        raise invalid_cursor() from reason
