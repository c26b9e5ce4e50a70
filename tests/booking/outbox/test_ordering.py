"""The events of an appointment, or of a course, are delivered in the order in which they happened."""

import asyncio

from booking.appointments.by_staff.delayed_mail import DELAY
from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_course
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.events import EventKind
from booking.domain.hookspecs import PermanentFailure
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from tests.booking.outbox.conftest import (
    DAY,
    NINE,
    RecordingListener,
    StandingClock,
    book_at,
    book_held,
    register,
)
from tests.support.clinics import NOW, open_clinic, small_clinic


async def test_events_of_an_appointment_arrive_in_order_while_others_overtake(
    clinic: Database, listener: RecordingListener, clock: StandingClock
) -> None:
    booking = await book_at(clinic)
    listener.failures = [OSError("no answer")]
    relays = [OutboxRelay(clinic, {"mail": listener}, clock=clock) for _ in range(2)]
    await asyncio.gather(*(relay.deliver_due() for relay in relays))
    async with clinic.write() as session:
        await reschedule(session, RescheduleRequest(booking.manage_token, NINE + 2 * DAY), now=NOW)
    async with clinic.write() as session:
        await cancel(session, booking.manage_token, None, now=NOW)
    other = await book_at(clinic)

    await asyncio.gather(*(relay.deliver_due() for relay in relays))
    assert [event.appointments for event, _ in listener.received[1:]] == [(other.appointments[0].id,)]
    clock.now += DELAY
    for _ in range(3):
        await asyncio.gather(*(relay.deliver_due() for relay in relays))

    of_first = [
        event.kind for event, _ in listener.received if event.appointments == (booking.appointments[0].id,)
    ]
    assert of_first == [EventKind.BOOKED, EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED]


async def test_a_delivery_given_up_lets_later_ones_go_on(
    clinic: Database, listener: RecordingListener, clock: StandingClock, relay: OutboxRelay
) -> None:
    booking = await book_at(clinic)
    async with clinic.write() as session:
        await cancel(session, booking.manage_token, None, now=NOW)
    listener.failures = [PermanentFailure("no such mailbox")]

    for _ in range(2):
        await relay.deliver_due()
        clock.now += DELAY

    assert [event.kind for event, _ in listener.received] == [EventKind.BOOKED, EventKind.CANCELLED]


async def test_a_course_is_delivered_in_order_whichever_visit_changes(
    database: Database, listener: RecordingListener, clock: StandingClock, relay: OutboxRelay
) -> None:
    await open_clinic(database, small_clinic(service="visits = 2"))
    await register(database, "mail")
    async with database.write() as session:
        held = await hold_course(session, HoldRequest("visit", (NINE, NINE + DAY)), now=NOW)
    booking = await book_held(database, [token for _, token in held])
    for appointment in reversed(booking.appointments):
        async with database.write() as session:
            await cancel(session, booking.manage_token, appointment.id, now=NOW)
    listener.failures = [OSError("no answer")]

    await relay.deliver_due()
    assert len(listener.received) == 1
    clock.now += DELAY
    for _ in range(3):
        await relay.deliver_due()

    assert [event.kind for event, _ in listener.received[1:]] == [
        EventKind.BOOKED,
        EventKind.CANCELLED,
        EventKind.CANCELLED,
    ]
