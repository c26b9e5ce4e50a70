"""Mails about what staff change: three minutes later, one about the last state, or none."""

import pytest

from booking.appointments.cancel import cancel
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.appointments.status import set_status
from booking.domain.events import EventKind
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import events_without_listener, register_listeners
from tests.booking.appointments.by_staff.front_desk import (
    CLINIC,
    ELEVEN,
    HOUR,
    MINUTE,
    NINE,
    RECEPTION,
    TEN,
    call_off,
    heard,
    mails,
    move,
    open_desk,
    undo,
    visit,
)
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic

BOOKED, MOVED, CANCELLED = EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED
SENT = NOW + 3 * MINUTE


async def test_the_patient_hears_three_minutes_later_and_others_at_once(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    await move(database, booked, TEN)

    assert [event.kind for event in await heard(database)] == [BOOKED, MOVED]
    assert await mails(database, at=SENT - MINUTE / 60) == []
    [(kind, text)] = await mails(database, at=SENT)
    assert kind is MOVED
    assert "10:00" in text
    assert "9:00" in text.split("10:00", 1)[1]
    assert "https://booking.example.com/manage?lang=en#" in text
    assert await mails(database, at=SENT + HOUR) == []


async def test_a_change_without_a_word_sends_none(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    await move(database, booked, TEN, notify=False)
    await call_off(database, booked, at=NOW + MINUTE, notify=False)

    assert [event.kind for event in await heard(database)] == [BOOKED, MOVED, CANCELLED]
    assert await mails(database, at=SENT + HOUR) == []


@pytest.mark.parametrize("notify", [True, False])
async def test_two_moves_in_a_row_are_one_mail_with_the_first_former_time(
    database: Database, notify: bool
) -> None:
    await open_desk(database)
    booked = await visit(database)

    await move(database, booked, TEN)
    await move(database, booked, ELEVEN, at=NOW + 2 * MINUTE, notify=notify)

    assert await mails(database, at=SENT) == []
    [(kind, text)] = await mails(database, at=SENT + 2 * MINUTE)
    assert kind is MOVED
    assert "11:00" in text
    assert "9:00" in text
    assert "10:00" not in text
    assert [event.moved_from for event in await heard(database)] == [None, NINE, TEN]


async def test_a_visit_that_is_back_where_it_was_is_no_news(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    await move(database, booked, TEN)
    await move(database, booked, NINE, at=NOW + MINUTE)

    assert await mails(database, at=SENT + HOUR) == []


async def test_moved_and_called_off_is_one_mail(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    await move(database, booked, TEN)
    await call_off(database, booked, at=NOW + MINUTE)

    assert [kind for kind, _ in await mails(database, at=SENT + HOUR)] == [CANCELLED]


async def test_a_change_after_the_mail_has_one_of_its_own(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    await move(database, booked, TEN)
    assert len(await mails(database, at=SENT)) == 1
    await move(database, booked, NINE, at=SENT + MINUTE)

    [(kind, text)] = await mails(database, at=SENT + 5 * MINUTE)
    assert kind is MOVED
    assert "10:00" in text


async def test_an_undone_change_is_no_news_unless_its_mail_is_sent(database: Database) -> None:
    await open_desk(database)
    first, second = await visit(database), await visit(database, TEN)

    await call_off(database, first)
    await undo(database, at=NOW + MINUTE)
    assert await mails(database, at=SENT + MINUTE) == []

    await call_off(database, second, at=SENT + 2 * MINUTE)
    assert [kind for kind, _ in await mails(database, at=SENT + 5 * MINUTE)] == [CANCELLED]
    await undo(database, at=SENT + 6 * MINUTE)
    assert [kind for kind, _ in await mails(database, at=SENT + HOUR)] == [BOOKED]


async def test_what_the_patient_changes_meanwhile_is_mailed_at_once_and_alone(database: Database) -> None:
    await open_desk(database)
    booking = await make_booking(database, NINE, service="visit", practitioner="one", now=NOW - 7 * 24 * HOUR)
    booked, earlier = booking.appointments[0].id, NOW - 7 * 24 * HOUR
    await mails(database, at=earlier)

    await move(database, booked, TEN, at=earlier)
    async with database.write() as session:
        request = RescheduleRequest(booking.token, ELEVEN)
        await reschedule(session, request, now=earlier + MINUTE)

    [(kind, text)] = await mails(database, at=earlier + MINUTE)
    assert (kind, "11:00" in text) == (MOVED, True)
    assert await mails(database, at=earlier + HOUR) == []

    await move(database, booked, TEN, at=earlier + HOUR)
    async with database.write() as session:
        await cancel(session, booking.token, None, now=earlier + HOUR + MINUTE)
    assert [kind for kind, _ in await mails(database, at=earlier + 2 * HOUR)] == [CANCELLED]


async def test_a_status_leaves_the_mail_about_a_move_as_it_is(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    now = NINE - HOUR
    await move(database, booked, TEN, at=now)

    async with database.write() as session:
        await set_status(
            session, booked, AppointmentStatus.ARRIVED, version=None, actor=RECEPTION, now=now + MINUTE
        )

    assert [kind for kind, _ in await mails(database, at=now + 3 * MINUTE)] == [MOVED]


async def test_a_mail_that_is_being_sent_is_not_taken_back(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN)
    assert len(await mails(database, at=SENT)) == 1

    await move(database, booked, NINE, at=SENT)

    assert len(await mails(database, at=SENT + HOUR)) == 1


async def test_where_only_mails_are_sent_no_event_is_left_unheard(database: Database) -> None:
    await open_clinic(database, CLINIC)
    async with database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    booked = await visit(database)

    await move(database, booked, TEN)
    await move(database, booked, ELEVEN, at=NOW + MINUTE, notify=False)

    async with database.read() as session:
        assert await events_without_listener(session) == 0
    assert [kind for kind, _ in await mails(database, at=SENT + MINUTE)] == [MOVED]


async def test_a_cancellation_that_its_patient_undoes_at_once_is_no_news(database: Database) -> None:
    await open_desk(database)
    booking = await make_booking(database, NINE, service="visit", practitioner="one")
    await mails(database, at=NOW)

    await booking.cancel(at=NOW + MINUTE)
    await booking.undo_cancellation(at=NOW + 2 * MINUTE)

    assert [event.kind for event in await heard(database)] == [BOOKED, CANCELLED, BOOKED]
    assert await mails(database, at=SENT + HOUR) == []


async def test_what_the_patient_cancelled_is_mailed_minutes_later_with_their_own_link(
    database: Database,
) -> None:
    await open_desk(database)
    booking = await make_booking(database, NINE, service="visit", practitioner="one")
    await mails(database, at=NOW)

    await booking.cancel(at=NOW)

    assert await mails(database, at=SENT - MINUTE) == []
    [(kind, text)] = await mails(database, at=SENT)
    assert kind is CANCELLED
    await booking.undo_cancellation(at=SENT + MINUTE)
    [(kind, text)] = await mails(database, at=SENT + 4 * MINUTE)
    assert (kind, text.splitlines()[0]) == (BOOKED, "Your visit is booked again")
    assert f"#{booking.token}" in text
