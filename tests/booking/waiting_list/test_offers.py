"""Time that opens is offered to one after the other, in a fair order, and held for whom it is offered to."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.lookup import managed_appointment
from booking.domain.errors import OfferEnded, SlotTaken
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.audit import AuditEvent
from booking.storage.models.waiting_list import OfferOutcome, WaitingListStatus
from booking.waiting_list.wishes import AvailableTime
from tests.booking.waiting_list.waiting_clinic import (
    DAY,
    FRIDAY,
    HOUR,
    MINUTE,
    NINE,
    TUESDAY,
    WaitingClinic,
    waiting_clinic,
)
from tests.support.clinics import open_clinic


async def test_time_that_a_cancelled_visit_leaves_is_held_for_who_waits_longest(
    clinic: WaitingClinic,
) -> None:
    booked, _ = await clinic.fill_day()
    second = await clinic.join("b")
    clinic.now -= MINUTE
    first = await clinic.join("a")
    clinic.now += 2 * MINUTE
    await clinic.fill()
    assert await clinic.offers() == []

    await clinic.cancel(booked)
    await clinic.fill()

    [offer] = await clinic.offers()
    assert (offer.entry, offer.starts_at) == (first.entry.id, NINE)
    assert offer.expires_at - offer.offered_at == 30 * MINUTE
    assert await clinic.open_offer(second) is None
    with pytest.raises(SlotTaken):
        async with clinic.database.write() as session:
            await hold_slot(session, HoldRequest("visit", NINE), now=clinic.now)


async def test_who_takes_the_time_has_a_visit_and_waits_no_more(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day()
    joined = await clinic.join()
    await clinic.cancel(booked)
    await clinic.fill()
    [offer] = await clinic.offers()

    visit = await clinic.accept(joined, offer.id)
    again = await clinic.accept(joined, offer.id)

    assert (visit.starts_at, visit.status, visit.patient) == (
        NINE,
        AppointmentStatus.BOOKED,
        joined.entry.patient,
    )
    assert again.id == visit.id
    state = await clinic.state(joined.token)
    assert state.entry.status is WaitingListStatus.BOOKED
    assert state.appointment is not None
    assert [each.outcome for each in state.offers] == [OfferOutcome.ACCEPTED]
    # The link of the entry is one to the visit, from now on.
    async with clinic.database.write() as session:
        assert (await managed_appointment(session, joined.token)).id == visit.id


async def test_the_next_is_asked_once_an_offer_is_declined_or_expires(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day()
    people = []
    for name in "abc":
        people.append(await clinic.join(name))
        clinic.now += MINUTE
    await clinic.cancel(booked)
    await clinic.fill()
    first = await clinic.open_offer(people[0])
    assert first is not None

    await clinic.decline(people[0], first.id)
    await clinic.fill()
    second = await clinic.open_offer(people[1])
    assert second is not None
    clinic.now = second.expires_at
    await clinic.fill()
    third = await clinic.open_offer(people[2])

    assert third is not None
    assert [each.outcome for each in await clinic.offers()] == [
        OfferOutcome.DECLINED,
        OfferOutcome.EXPIRED,
        None,
    ]
    with pytest.raises(OfferEnded) as refused:
        await clinic.accept(people[1], second.id)
    assert refused.value.wanted is not None
    assert (await clinic.state(people[1].token)).entry.waits


async def test_nobody_is_offered_the_same_time_twice(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day()
    joined = await clinic.join()
    await clinic.cancel(booked)
    await clinic.fill()
    [offer] = await clinic.offers()
    await clinic.decline(joined, offer.id)

    await clinic.fill(sweep=True)

    assert len(await clinic.offers()) == 1


async def test_who_was_asked_least_lately_is_first(clinic: WaitingClinic) -> None:
    monday_to_friday = {"last_day": FRIDAY}
    first_day, second_day = await clinic.fill_day(), await clinic.fill_day(NINE + DAY)
    for day in (2, 3):
        await clinic.fill_day(NINE + day * DAY)
    long = await clinic.join("a", **monday_to_friday)
    clinic.now += MINUTE
    short = await clinic.join("b", **monday_to_friday)
    await clinic.cancel(first_day[0])
    await clinic.fill()
    offer = await clinic.open_offer(long)
    assert offer is not None
    await clinic.decline(long, offer.id)

    await clinic.cancel(second_day[0])
    await clinic.fill()

    assert [each.entry for each in await clinic.offers()] == [long.entry.id, short.entry.id, long.entry.id]
    async with clinic.database.read() as session:
        details = [
            row.detail for row in await session.scalars(select(AuditEvent).order_by(AuditEvent.sequence))
        ]
    assert [each for each in details if "waiting list's order" in each] == [
        "time offered as number 1 in the waiting list's order: offered 0 times within 7 days, "
        "waiting since 2026-11-23",
        "time offered as number 1 in the waiting list's order: offered 0 times within 7 days, "
        "waiting since 2026-11-23",
        "time offered as number 2 in the waiting list's order: offered 1 times within 7 days, "
        "waiting since 2026-11-23",
    ]


async def test_a_person_is_offered_no_more_than_three_times_in_seven_days(clinic: WaitingClinic) -> None:
    joined = await clinic.join(last_day=FRIDAY + 10 * DAY)
    for _ in range(5):
        await clinic.fill()
        if offer := await clinic.open_offer(joined):
            await clinic.decline(joined, offer.id)

    assert len(await clinic.offers()) == 3
    clinic.now += 7 * DAY
    await clinic.fill(sweep=True)
    assert len(await clinic.offers()) == 4


async def test_a_person_with_several_entries_is_asked_for_one_at_a_time(clinic: WaitingClinic) -> None:
    for _ in range(4):
        await clinic.join()
        clinic.now += MINUTE

    await clinic.fill()

    assert len(await clinic.offers()) == 1


async def test_nothing_is_offered_in_quiet_hours_and_all_of_it_afterwards(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day(NINE + DAY)
    await clinic.join(first_day=TUESDAY + DAY, last_day=TUESDAY + DAY)
    clinic.now = datetime.fromisoformat("2026-11-23T21:00:00-05:00")
    await clinic.cancel(booked)
    await clinic.fill(sweep=True)
    assert await clinic.offers() == []

    clinic.now = datetime.fromisoformat("2026-11-24T08:00:00-05:00")
    await clinic.fill()

    assert [each.starts_at for each in await clinic.offers()] == [NINE + DAY]


async def test_who_leaves_gives_the_held_time_to_the_next(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day()
    first = await clinic.join("a")
    clinic.now += MINUTE
    second = await clinic.join("b")
    await clinic.cancel(booked)
    await clinic.fill()

    await clinic.leave(first)
    await clinic.leave(first)
    await clinic.fill()

    assert (await clinic.state(first.token)).entry.status is WaitingListStatus.CANCELLED
    assert await clinic.open_offer(second) is not None


async def test_only_times_of_the_week_that_suit_are_offered(clinic: WaitingClinic) -> None:
    """Half past nine to ten: the whole visit is within."""
    times = [AvailableTime(2, 9 * 60 + 15, 10 * 60)]
    await clinic.join(last_day=FRIDAY, available_times=times)

    await clinic.fill()

    [offer] = await clinic.offers()
    assert offer.starts_at.astimezone(ZoneInfo("America/Toronto")).isoformat() == "2026-11-25T09:30:00-05:00"


async def test_an_offer_is_shorter_where_the_visit_is_near(clinic: WaitingClinic) -> None:
    clinic.now = NINE - HOUR
    await clinic.join(available_times=[AvailableTime(1, 0, 9 * 60 + 30)])
    await clinic.fill()

    [offer] = await clinic.offers()

    assert offer.expires_at - offer.offered_at == 15 * MINUTE


async def test_the_clinic_may_offer_within_its_notice(clinic: WaitingClinic) -> None:
    rules = {"minimum_notice": "2 days"}
    await open_clinic(clinic.database, waiting_clinic(**rules), now=clinic.now)
    joined = await clinic.join()
    await clinic.fill()
    assert await clinic.offers() == []

    await open_clinic(clinic.database, waiting_clinic('minimum_notice = "1 h"', **rules), now=clinic.now)
    await clinic.fill()
    [offer] = await clinic.offers()

    assert (await clinic.accept(joined, offer.id)).starts_at == NINE


async def test_an_entry_ends_with_its_last_day(clinic: WaitingClinic) -> None:
    await clinic.fill_day()
    joined = await clinic.join()
    clinic.now += 3 * DAY
    await clinic.fill(sweep=True)

    assert (await clinic.state(joined.token)).entry.status is WaitingListStatus.ENDED
