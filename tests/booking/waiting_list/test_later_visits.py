"""A visit stands until an earlier time is taken."""

import pytest

from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import OfferEnded, TooLateToChange
from booking.patients.correct_email import Correction, correct_email
from booking.storage.models.waiting_list import WaitingListStatus
from booking.waiting_list.entry import waiting_state
from tests.booking.notifications.bookings import text_of
from tests.booking.waiting_list.waiting_clinic import (
    DAY,
    HOUR,
    LINK,
    MINUTE,
    NINE,
    TUESDAY,
    WaitingClinic,
)


async def test_a_later_visit_stands_until_the_earlier_time_is_taken(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day()
    [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com")
    joined = await clinic.join(manage_token=later.token)
    await clinic.cancel(booked)
    await clinic.fill()
    [offer] = await clinic.offers()
    assert (await clinic.state(joined.token)).replaces is not None

    visit = await clinic.accept(joined, offer.id)

    assert (visit.id, visit.starts_at, visit.stands) == (later.appointments[0].id, NINE, True)
    async with clinic.database.write() as session:
        held, _ = await hold_slot(session, HoldRequest("visit", NINE + 2 * DAY), now=clinic.now)
    assert held.starts_at == NINE + 2 * DAY


async def test_only_times_before_the_later_visit_are_offered(clinic: WaitingClinic) -> None:
    _, half_past = await clinic.fill_day()
    joined = await clinic.join(manage_token=half_past.token)
    await clinic.fill(sweep=True)
    assert await clinic.offers() == []
    assert joined.entry.last_day == TUESDAY


async def test_an_offer_is_refused_once_the_later_visit_is_cancelled(clinic: WaitingClinic) -> None:
    [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com")
    joined = await clinic.join(manage_token=later.token)
    await clinic.fill()
    [offer] = await clinic.offers()
    await clinic.cancel(later)

    with pytest.raises(OfferEnded):
        await clinic.accept(joined, offer.id)


async def test_an_entry_for_a_visit_takes_the_place_of_the_one_before_with_its_turn(
    clinic: WaitingClinic,
) -> None:
    [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com")
    first = await clinic.join(manage_token=later.token)
    clinic.now += HOUR
    second = await clinic.join(manage_token=later.token, last_day=TUESDAY)

    assert (await clinic.state(first.token)).entry.status is WaitingListStatus.CANCELLED
    assert second.entry.waiting_since == first.entry.waiting_since


async def test_a_visit_that_can_not_be_moved_any_more_is_not_waited_for(clinic: WaitingClinic) -> None:
    [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com")
    clinic.now = NINE + 2 * DAY + MINUTE

    with pytest.raises(TooLateToChange):
        await clinic.join(manage_token=later.token)


async def test_a_corrected_address_ends_the_links_of_an_entry_and_confirms_it_anew(
    clinic: WaitingClinic,
) -> None:
    [later] = await clinic.book(NINE + 2 * DAY, email="wrong@example.com")
    joined = await clinic.join(manage_token=later.token)
    await clinic.fill()
    assert len(await clinic.offers()) == 1
    mailed = {token for mail in await clinic.deliver() for token in LINK.findall(text_of(mail))}
    assert joined.token in mailed

    async with clinic.database.write() as session:
        correction = Correction(later.token, "right@example.com")
        await correct_email(session, correction, source="192.0.2.1", now=clinic.now)

    async with clinic.database.read() as session:
        assert [await waiting_state(session, token) for token in mailed] == [None] * 2
    sent = await clinic.deliver()
    assert [mail["To"] for mail in sent] == ["Sample Patient <right@example.com>"] * 2
    [token] = {token for mail in sent for token in LINK.findall(text_of(mail))}
    assert (await clinic.state(token)).open_offer(clinic.now) is not None
