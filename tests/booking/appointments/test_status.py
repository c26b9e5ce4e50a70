"""What staff note about a visit on its day: which statuses, when, by whom, and what they leave as it was."""

import asyncio
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from booking.appointments.cancel import cancel_appointment
from booking.appointments.status import set_status
from booking.domain.errors import ChangedMeanwhile, InvalidInput, NotFound, SlotTaken, TooLateToChange
from booking.domain.events import STATUS_EVENTS, EventKind
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason
from booking.storage.models.outbox import OutboxEvent
from booking.storage.queries.ticks import ticks_reserved_by
from tests.booking.appointments.conftest import STAFF, TUESDAY
from tests.booking.audit.trails import stored_rows
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW

MIDNIGHT = datetime.fromisoformat("2026-11-24T00:00:00-05:00")
MINUTE = timedelta(minutes=1)
ANY_BUT_CANCELLED = [status for status in AppointmentStatus if status is not AppointmentStatus.CANCELLED]
ARRIVED, BOOKED = AppointmentStatus.ARRIVED, AppointmentStatus.BOOKED


async def put(
    booking: SampleBooking,
    status: AppointmentStatus,
    *,
    version: int | None = None,
    at: datetime = TUESDAY,
    only_practitioner: str | None = None,
    id: uuid.UUID | None = None,
) -> Appointment:
    async with booking.database.write() as session:
        return await set_status(
            session,
            id or booking.appointments[0].id,
            status,
            version=version,
            actor=STAFF,
            now=at,
            only_practitioner=only_practitioner,
        )


async def stored(booking: SampleBooking) -> Appointment:
    async with booking.database.read() as session:
        return await session.get_one(Appointment, booking.appointments[0].id)


async def kinds(booking: SampleBooking) -> list[str]:
    async with booking.database.read() as session:
        query = select(OutboxEvent.kind).order_by(OutboxEvent.position)
        return list(await session.scalars(query))


async def test_each_status_raises_the_version_and_leaves_the_time_and_the_calendar_file(
    booking: SampleBooking,
) -> None:
    row = before = await stored(booking)
    async with booking.database.read() as session:
        ticks = await ticks_reserved_by(session, before.id)

    for count, status in enumerate([*ANY_BUT_CANCELLED[1:], BOOKED], start=1):
        at = TUESDAY + count * MINUTE
        returned = await put(booking, status, version=count - 1, at=at)
        row = await stored(booking)
        assert (returned.version, row.version) == (count, count)
        assert (row.status, row.changed_at, row.status_changed_at) == (status, at, at)

    assert (row.slot, row.sequence, row.impossible_since) == (before.slot, 0, None)
    async with booking.database.read() as session:
        assert await ticks_reserved_by(session, row.id) == ticks
    assert await kinds(booking) == [EventKind.BOOKED, *STATUS_EVENTS]
    details = [(event["actor_id"], event["detail"]) for event in await stored_rows(booking.database)]
    assert details == [
        ("reception", f"appointment {what}")
        for what in ("arrived", "checked in", "fulfilled", "noshow", "reopened")
    ]


async def test_the_same_status_again_changes_nothing_whatever_version_was_seen(
    booking: SampleBooking,
) -> None:
    await put(booking, ARRIVED, version=0)
    again = await put(booking, ARRIVED, version=0, at=TUESDAY + MINUTE)
    assert (again.version, again.status_changed_at) == (1, TUESDAY)
    assert await kinds(booking) == [EventKind.BOOKED, EventKind.ARRIVED]


async def test_who_saw_an_older_version_is_told_the_one_of_now(booking: SampleBooking) -> None:
    await put(booking, ARRIVED, version=0)
    with pytest.raises(ChangedMeanwhile) as refused:
        await put(booking, AppointmentStatus.NOSHOW, version=0)
    assert refused.value.version == 1
    assert (await stored(booking)).status is ARRIVED
    assert (await put(booking, AppointmentStatus.NOSHOW)).version == 2


async def test_a_move_raises_the_version_too(booking: SampleBooking) -> None:
    await booking.move(TUESDAY + timedelta(hours=2), at=NOW)
    with pytest.raises(ChangedMeanwhile) as refused:
        await put(booking, ARRIVED, version=0)
    assert refused.value.version == (await stored(booking)).version == 1


async def test_of_two_at_the_same_moment_one_is_told(booking: SampleBooking) -> None:
    answers = await asyncio.gather(
        put(booking, ARRIVED, version=0),
        put(booking, AppointmentStatus.NOSHOW, version=0),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Appointment", "ChangedMeanwhile"]
    assert (await stored(booking)).version == 1


@pytest.mark.parametrize("status", ANY_BUT_CANCELLED[1:])
async def test_a_status_waits_for_the_day_of_the_visit_on_the_clinics_clock(
    booking: SampleBooking, status: AppointmentStatus
) -> None:
    with pytest.raises(InvalidInput, match="still to come"):
        await put(booking, status, at=MIDNIGHT - MINUTE)
    assert (await stored(booking)).status is BOOKED
    assert (await put(booking, status, at=MIDNIGHT)).status is status
    assert (await put(booking, status, at=TUESDAY + timedelta(days=400))).status is status


async def test_a_status_may_be_taken_back_on_any_day(booking: SampleBooking) -> None:
    await put(booking, ARRIVED)
    assert (await put(booking, BOOKED, at=NOW)).status is BOOKED


async def test_a_cancelled_visit_keeps_its_status(booking: SampleBooking) -> None:
    await booking.cancel(at=NOW)
    for status in ANY_BUT_CANCELLED:
        with pytest.raises(InvalidInput, match="cancelled"):
            await put(booking, status)
    row = await put(booking, AppointmentStatus.CANCELLED)
    assert (row.status, row.cancellation_reason) == (AppointmentStatus.CANCELLED, CancellationReason.PATIENT)


async def test_a_status_cancels_nothing(booking: SampleBooking) -> None:
    with pytest.raises(InvalidInput):
        await put(booking, AppointmentStatus.CANCELLED)
    assert (await stored(booking)).status is BOOKED


async def test_to_a_practitioner_the_visit_of_another_is_as_one_that_is_not_there(
    booking: SampleBooking,
) -> None:
    assert (await put(booking, ARRIVED, only_practitioner="sample-practitioner-a")).status is ARRIVED
    with pytest.raises(NotFound) as others:
        await put(booking, BOOKED, only_practitioner="sample-practitioner-b")
    with pytest.raises(NotFound) as unknown:
        await put(booking, BOOKED, id=uuid.uuid4())
    assert (others.value.message, others.value.path) == (unknown.value.message, unknown.value.path)


@pytest.mark.parametrize("status", ANY_BUT_CANCELLED[1:])
async def test_the_patient_changes_nothing_once_a_status_is_noted(
    booking: SampleBooking, status: AppointmentStatus
) -> None:
    at = MIDNIGHT + MINUTE
    await put(booking, status, at=at)
    with pytest.raises(TooLateToChange) as refused:
        await booking.move(TUESDAY + timedelta(hours=2), at=at)
    assert refused.value.deadline == at
    with pytest.raises(TooLateToChange):
        await booking.cancel(at=at)
    row = await stored(booking)
    assert (row.status, row.starts_at) == (status, TUESDAY)

    await put(booking, BOOKED, at=at)
    await booking.cancel(at=at)
    assert (await stored(booking)).status is AppointmentStatus.CANCELLED


@pytest.mark.parametrize("status", ANY_BUT_CANCELLED[1:])
async def test_nobody_else_gets_the_time_of_a_visit_of_any_status(
    booking: SampleBooking, status: AppointmentStatus
) -> None:
    at = MIDNIGHT + MINUTE
    await put(booking, status, at=at)
    with pytest.raises(SlotTaken):
        await make_booking(booking.database, TUESDAY, now=at)


async def test_the_clinic_cancels_a_visit_of_any_status_and_says_why(booking: SampleBooking) -> None:
    await put(booking, ARRIVED)
    async with booking.database.write() as session:
        row = await session.get_one(Appointment, booking.appointments[0].id)
        reason = CancellationReason.CLINIC
        await cancel_appointment(session, row, reason=reason, actor=STAFF, now=TUESDAY)
    row = await stored(booking)
    assert (row.status, row.cancellation_reason) == (AppointmentStatus.CANCELLED, reason)
    assert (row.version, row.sequence, row.status_changed_at) == (2, 1, TUESDAY)


async def test_a_mail_about_a_move_is_sent_although_a_status_followed(booking: SampleBooking) -> None:
    moved = await booking.move(TUESDAY + timedelta(hours=2), at=MIDNIGHT)
    await put(booking, ARRIVED, at=MIDNIGHT + MINUTE)
    assert await booking.mail_or_none(moved) is not None
    for kind in STATUS_EVENTS:
        assert await booking.mail_or_none(booking.event(kind, at=MIDNIGHT)) is None


@pytest.mark.parametrize(
    "values",
    [
        {"status": text}  # of FHIR, but none of ours
        for text in ("pending", "Booked", "")
    ]
    + [{"cancellation_reason": "patient"}, {"status": "cancelled", "cancellation_reason": "weather"}],
)
async def test_the_database_refuses_any_other_status_or_reason(
    booking: SampleBooking, values: dict[str, str]
) -> None:
    with pytest.raises(DBAPIError):
        async with booking.database.write() as session:
            await session.execute(update(Appointment.__table__).values(values))  # type: ignore[arg-type]
