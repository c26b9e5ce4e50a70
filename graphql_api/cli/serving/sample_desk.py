"""`serve --sample-desk`: a day of plainly sample visits, and a link that signs in to the desk of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from booking.agenda.day import day_agenda
from booking.agenda.values import Column
from booking.appointments.book import BookingRequest, book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.status import set_status
from booking.catalogue.lookup import all_services, consent_text_in, practitioners_offering
from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import BookingError, NotFound, NotQualified
from booking.domain.role import Role
from booking.domain.screening import Answer
from booking.staff.accounts import StaffMember, add_member, find_member
from booking.staff.sign_in_links import new_link
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.appointments import has_appointments
from booking.storage.queries.catalogue import get_clinic, screening_questions_of
from booking.storage.session import BookingSession

OWNER = "Sample Owner"
ACTOR = Actor(ActorKind.COMMAND_LINE, "sample-desk", "this machine")
DAYS = 7
"""A clinic that is closed today has its sample visits on the next open day within a week."""
VISITS_IN_A_ROW = 3
PAUSE = timedelta(minutes=30)
"""Free time after each row of visits."""
BETWEEN = timedelta(minutes=15)
"""Until the next attempt, where a buffer is in the way."""
NOT_COME = 4
"""One of so many visits that are over is a no-show, so that each status is on the screen."""


async def prepare_sample_desk(database: Database, *, now: datetime) -> str:
    """The secret of a link that signs the sample owner in once.

    Visits are made in a database that has had none: a clinic's own are never mixed with samples.
    """
    async with database.read() as session:
        is_new = not await has_appointments(session)
    if is_new:
        await _fill_day(database, now=now)
    async with database.write() as session:
        return await new_link(session, await _owner(session, now=now), now=now)


async def _owner(session: BookingSession, *, now: datetime) -> StaffMember:
    try:
        return await find_member(session, OWNER)
    except NotFound:
        return await add_member(session, OWNER, Role.OWNER, actor=ACTOR, now=now)


async def _fill_day(database: Database, *, now: datetime) -> None:
    async with database.read() as session:
        today = now.astimezone(ZoneInfo((await get_clinic(session)).time_zone)).date()
        days = [
            await day_agenda(session, today + timedelta(days=later), with_details=False, now=now)
            for later in range(DAYS)
        ]
    numbers = count(1)
    for column in next((day.columns for day in days if not day.is_closed), ()):
        async with database.write() as session:
            await _fill_column(session, column, numbers, now=now)


async def _fill_column(
    session: BookingSession, column: Column, numbers: Iterator[int], *, now: datetime
) -> None:
    services = [
        slug
        for slug, service in (await all_services(session)).items()
        if service.listed
        and service.visits == 1
        and column.practitioner in await practitioners_offering(session, slug)
    ]
    for span in column.open:
        at, booked, tried = span.starts_at, 0, 0
        while services and at < span.ends_at:
            service = services[tried % len(services)]
            tried += 1
            try:
                ends_at = await _book(session, column.practitioner, service, at, next(numbers), now=now)
            except NotQualified:
                services.remove(service)
                continue
            except BookingError:
                at += BETWEEN
                continue
            booked += 1
            at = ends_at + (PAUSE if booked % VISITS_IN_A_ROW == 0 else timedelta())


async def _book(
    session: BookingSession, practitioner: str, service: str, at: datetime, number: int, *, now: datetime
) -> datetime:
    """Book a sample visit, and note what became of it if it is over; when it ends.

    Raises:
        BookingError: it isn't free.
    """
    wanted = HoldRequest(service, at, practitioner, by_staff=True)
    hold, secret = await hold_slot(session, wanted, now=now)
    consent = await consent_text_in(session, "en")
    request = BookingRequest(
        hold_tokens=[secret],
        as_course=False,
        name=f"Sample Patient {number}",
        email=f"sample.patient.{number}@example.com",
        phone=f"416 555 {100 + number % 100:04}",
        answers={row.slug: Answer.NO for row in await screening_questions_of(session, service)},
        language="en",
        consent_text=consent.key if consent else None,
    )
    booking = await book(session, request, actor=ACTOR, now=now)
    if status := _status(hold.starts_at, hold.ends_at, number, now=now):
        [visit] = booking.appointments
        await set_status(session, visit.id, status, version=None, actor=ACTOR, now=now)
    return hold.ends_at


def _status(
    starts_at: datetime, ends_at: datetime, number: int, *, now: datetime
) -> AppointmentStatus | None:
    if ends_at <= now:
        return AppointmentStatus.FULFILLED if number % NOT_COME else AppointmentStatus.NOSHOW
    if starts_at <= now:
        return AppointmentStatus.CHECKED_IN
    return AppointmentStatus.ARRIVED if starts_at <= now + timedelta(minutes=15) else None
