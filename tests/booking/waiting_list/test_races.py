"""Many at once: one winner of an offered time, and one of the time that nobody has yet."""

import asyncio

from sqlalchemy import select

from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import BookingError, OfferEnded
from booking.storage.models.appointments import Appointment
from booking.storage.models.waiting_list import OfferOutcome, WaitingListStatus
from tests.booking.waiting_list.waiting_clinic import MINUTE, NINE, WaitingClinic


async def visits(clinic: WaitingClinic) -> list[Appointment]:
    async with clinic.database.read() as session:
        return list(await session.scalars(select(Appointment)))


async def test_taken_declined_and_left_at_once_ends_in_one_way(clinic: WaitingClinic) -> None:
    joined = await clinic.join()
    await clinic.fill()
    [offer] = await clinic.offers()

    acts = [clinic.accept(joined, offer.id) for _ in range(4)]
    others = [clinic.decline(joined, offer.id), clinic.leave(joined), clinic.fill(sweep=True)]
    outcomes = await asyncio.gather(*acts, *others, return_exceptions=True)

    failed = [each for each in outcomes if isinstance(each, BaseException)]
    assert all(isinstance(each, OfferEnded) for each in failed), failed
    state = await clinic.state(joined.token)
    [outcome] = {each.outcome for each in state.offers if each.id == offer.id}
    taken = [each for each in outcomes[:4] if isinstance(each, Appointment)]
    assert len(await visits(clinic)) == (outcome is OfferOutcome.ACCEPTED)
    assert {each.id for each in taken} == {each.id for each in await visits(clinic)}
    assert (state.entry.status is WaitingListStatus.BOOKED) == (outcome is OfferOutcome.ACCEPTED)


async def test_joining_many_times_at_once_with_one_idempotency_key_is_joining_once(
    clinic: WaitingClinic,
) -> None:
    joined = await asyncio.gather(*(clinic.join(idempotency_key="a-key-of-sixteen") for _ in range(4)))

    assert len({each.entry.id for each in joined}) == 1
    assert len({each.token for each in joined}) == 1


async def test_several_processes_offer_a_time_once(clinic: WaitingClinic) -> None:
    booked, _ = await clinic.fill_day()
    for name in "abc":
        await clinic.join(name)
    await clinic.cancel(booked)

    await asyncio.gather(*(clinic.fill(sweep=True) for _ in range(4)))

    assert [each.starts_at for each in await clinic.offers()] == [NINE]


async def test_who_holds_the_time_first_has_it(clinic: WaitingClinic) -> None:
    """The public and the waiting list race for the same time, at the moment when an offer expires too."""
    booked, _ = await clinic.fill_day()
    joined = await clinic.join()
    await clinic.cancel(booked)
    await clinic.fill()
    [offer] = await clinic.offers()
    clinic.now = offer.expires_at

    async def hold() -> bool:
        try:
            async with clinic.database.write() as session:
                await hold_slot(session, HoldRequest("visit", NINE), now=clinic.now)
        except BookingError:
            return False
        return True

    async def take() -> bool:
        try:
            await clinic.accept(joined, offer.id)
        except OfferEnded:
            return False
        return True

    won = await asyncio.gather(*(hold() for _ in range(8)), take(), clinic.fill())

    assert won[:8].count(True) == 1
    assert won[8] is False
    clinic.now += 6 * MINUTE
    await clinic.fill(sweep=True)
    assert len(await clinic.offers()) == 1  # The same time is not offered to the same entry again.
