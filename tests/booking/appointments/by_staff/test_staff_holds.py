"""What staff may hold: more times than patients, but no taken one, and nothing that the law forbids."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from booking.appointments.hold import HoldRequest, extend_hold, hold_slot
from booking.domain.errors import (
    BeyondHorizon,
    BookingError,
    HoldExpired,
    NoticeTooShort,
    NotOpen,
    NotQualified,
    SlotTaken,
)
from booking.storage.database import Database
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic, two_places

LONGEST_SLUG = "one-" + 60 * "x"
CERTIFIED = 'certifications = [{ kind = "paper", valid_until = 2026-11-30 }]'
CLINIC = small_clinic(
    policy={"minimum_notice": "1 day", "horizon": "14 days", "slot_step": "30 min"},
    service='requires = "paper"',
    practitioners=practitioner(LONGEST_SLUG, "06:00-12:00", CERTIFIED),
)
TEN = datetime.fromisoformat("2026-11-24T10:00:00-05:00")
FIVE_MINUTES, ONE_HOUR = timedelta(minutes=5), timedelta(hours=1)


async def hold(database: Database, at: datetime, *, now: datetime = NOW, **by: Any) -> tuple[Hold, str]:
    by.setdefault("by_staff", True)
    async with database.write() as session:
        return await hold_slot(session, HoldRequest("visit", at, **by), now=now)


async def resources(database: Database) -> set[str]:
    async with database.read() as session:
        return set(await session.scalars(select(Tick.resource)))


@pytest.mark.parametrize(
    ("at", "refused_to_patients"),
    [
        (NOW + FIVE_MINUTES, NoticeTooShort),
        (NOW - ONE_HOUR, NoticeTooShort),  # it began an hour ago, and today is not over
        (TEN + FIVE_MINUTES, NotOpen),  # off the grid
    ],
)
async def test_notice_and_the_grid_of_starts_bind_patients_alone(
    database: Database, at: datetime, refused_to_patients: type[BookingError]
) -> None:
    await open_clinic(database, CLINIC)
    with pytest.raises(refused_to_patients):
        await hold(database, at, by_staff=False)

    held, _ = await hold(database, at)

    assert (held.starts_at, held.squeeze_in) == (at, False)


async def test_the_horizon_binds_patients_alone(database: Database) -> None:
    await open_clinic(database, small_clinic(policy={"horizon": "14 days"}))
    in_a_year = TEN + timedelta(days=365)
    with pytest.raises(BeyondHorizon):
        await hold(database, in_a_year, by_staff=False)

    assert (await hold(database, in_a_year))[0].starts_at == in_a_year


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (TEN - timedelta(days=1), NoticeTooShort),  # yesterday, as it is on the day after
        (TEN - timedelta(days=30), NoticeTooShort),
        (TEN + timedelta(days=800), BeyondHorizon),
        (TEN + timedelta(days=7), NotQualified),  # the certificate has ended
        (TEN + 3 * ONE_HOUR, NotOpen),
        (TEN + timedelta(minutes=1), NotOpen),
    ],
)
async def test_what_staff_can_not_override_is_refused_by_its_name(
    database: Database, at: datetime, refusal: type[BookingError]
) -> None:
    await open_clinic(database, CLINIC)

    for squeeze_in in (False, True):
        with pytest.raises(refusal) as refused:
            await hold(database, at, now=TEN, squeeze_in=squeeze_in)
        if isinstance(refused.value, BeyondHorizon):
            assert refused.value.latest == date(2028, 11, 24)


async def test_a_taken_time_is_refused_and_a_squeeze_in_is_beside_it_once(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await hold(database, TEN)
    with pytest.raises(SlotTaken):
        await hold(database, TEN)

    beside, _ = await hold(database, TEN + FIVE_MINUTES, squeeze_in=True)

    assert beside.squeeze_in
    assert await resources(database) == {LONGEST_SLUG, f"{LONGEST_SLUG}/squeeze-in"}
    with pytest.raises(SlotTaken):
        await hold(database, TEN, squeeze_in=True)


async def test_a_squeeze_in_at_a_free_time_is_an_ordinary_visit(database: Database) -> None:
    await open_clinic(database, CLINIC)

    assert not (await hold(database, TEN, squeeze_in=True))[0].squeeze_in
    with pytest.raises(SlotTaken):
        await hold(database, TEN, by_staff=False, now=NOW - timedelta(days=2))


async def test_a_squeeze_in_keeps_no_patient_from_the_time_beside_it(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await hold(database, TEN - FIVE_MINUTES)
    await hold(database, TEN + 4 * FIVE_MINUTES, squeeze_in=True)

    held, _ = await hold(database, TEN + ONE_HOUR / 2, by_staff=False, now=NOW - timedelta(days=1))

    assert held.starts_at == TEN + ONE_HOUR / 2


async def test_patients_can_not_ask_for_a_squeeze_in(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await hold(database, TEN)

    with pytest.raises(SlotTaken):
        await hold(database, TEN, by_staff=False, squeeze_in=True, now=NOW - timedelta(days=2))
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(update(Hold).values(squeeze_in=True, by_staff=False))


async def test_an_expired_squeeze_in_gives_its_time_back(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await hold(database, TEN, now=NOW - timedelta(minutes=1))
    _, token = await hold(database, TEN, squeeze_in=True)

    later = NOW + timedelta(minutes=6)
    with pytest.raises(HoldExpired):
        async with database.write() as session:
            await extend_hold(session, token, now=later)
    await hold(database, TEN, now=later)
    assert (await hold(database, TEN, squeeze_in=True, now=later))[0].squeeze_in


async def test_a_squeeze_in_is_extended_by_the_rules_of_its_hold(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await hold(database, NOW)
    _, token = await hold(database, NOW + FIVE_MINUTES, squeeze_in=True)

    async with database.write() as session:
        extended = await extend_hold(session, token, now=NOW + timedelta(minutes=4))
    assert extended.expires_at == NOW + timedelta(minutes=9)


async def test_a_squeeze_in_leaves_the_way_to_another_location(database: Database) -> None:
    hours = iter(["09:00-10:30", "10:30-12:00"] * 2)
    text = re.sub(r"week = {.*}", lambda _: f'week = {{ mon-sun = ["{next(hours)}"] }}', two_places())
    await open_clinic(database, text.replace("[policy]", '[policy]\ntravel_time = "30 min"'))
    half_an_hour = timedelta(minutes=30)
    await hold(database, TEN, practitioner="one")  # "here" until 10:30

    with pytest.raises(SlotTaken):
        await hold(database, TEN + half_an_hour, practitioner="one", squeeze_in=True)
    beside, _ = await hold(database, TEN, practitioner="one", squeeze_in=True)
    assert (beside.location, beside.squeeze_in) == ("here", True)


async def test_an_idempotency_key_of_a_patient_is_not_one_of_staff(database: Database) -> None:
    await open_clinic(database, CLINIC)
    key = "0123456789abcdef"
    first, token = await hold(database, TEN, idempotency_key=key)

    again, same = await hold(database, TEN, idempotency_key=key)

    assert (again.id, same) == (first.id, token)
    with pytest.raises(BookingError):
        await hold(database, TEN, idempotency_key=key, by_staff=False)
