"""Holds and appointments whose time the clinic, or another visitor, has taken meanwhile."""

import tomllib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.hold import HoldRequest, hold_slot, release_hold
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.sync import sync_clinic_file
from booking.catalogue.lookup import all_services
from booking.domain.errors import BookingError, HoldExpired, NotFound, NotOpen, NotQualified, SlotTaken
from booking.domain.screening import Answer
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.ticks import Tick
from booking.storage.queries.ticks import reserve_ticks, ticks_reserved_by
from booking.timegrid.ticks import tick_at
from tests.booking.catalogue.clinic_file.test_sync import TUESDAY, UNTIL
from tests.support.clinics import NOW, edit_file, open_clinic, practitioner, small_clinic
from tests.support.graphql_client import QUESTIONS

THERE = """
[[locations]]
slug = "there"
name = "There"
address = ["2 High Street"]
hours = { mon-sun = ["00:00-24:00"] }
"""
NEEDLING = HoldRequest("dry-needling", TUESDAY, "sample-practitioner-c")


async def hold_time(database: Database, request: HoldRequest[datetime] = NEEDLING) -> str:
    async with database.write() as session:
        return (await hold_slot(session, request, now=NOW))[1]


async def book_holds(database: Database, *tokens: str, now: datetime = NOW) -> Booking:
    answers = dict.fromkeys(QUESTIONS, Answer.NO)
    request = BookingRequest(
        tokens, len(tokens) > 1, "Sample Patient", "patient@example.com", "416 555 0123", answers, "en"
    )
    async with database.write() as session:
        return await book(session, request, now=now)


@pytest.mark.parametrize(
    ("edits", "refusal"),
    [
        ({"valid_until = 2026-12-18": "valid_until = 2026-12-14"}, NotQualified),
        ({UNTIL: UNTIL + "\ntime_off = [{ from = 2026-12-15, to = 2026-12-15 }]"}, NotOpen),
        ({"from = 2026-12-24\nto = 2027-01-01": "from = 2026-12-15\nto = 2026-12-15"}, NotOpen),
    ],
)
async def test_a_time_that_the_clinic_withdrew_after_the_hold_is_not_booked(
    database: Database, edits: dict[str, str], refusal: type[BookingError]
) -> None:
    await open_clinic(database)
    token = await hold_time(database)
    await open_clinic(database, edit_file(edits))

    with pytest.raises(refusal):
        await book_holds(database, token)

    await open_clinic(database)
    assert (await book_holds(database, token)).appointments[0].starts_at == TUESDAY


async def test_a_hold_that_lost_its_time_books_nothing(database: Database) -> None:
    await open_clinic(database)
    token = await hold_time(database)
    async with database.write() as session:
        await session.execute(delete(Tick))

    with pytest.raises(HoldExpired) as refused:
        await book_holds(database, token)

    assert refused.value.still_open is False


async def test_holds_of_one_booking_cannot_be_part_of_another(database: Database) -> None:
    await open_clinic(database)
    times = (TUESDAY - timedelta(days=7), TUESDAY, TUESDAY + timedelta(days=2))
    course = [
        await hold_time(database, HoldRequest("dry-needling-course", time, "sample-practitioner-c"))
        for time in times
    ]
    await book_holds(database, *course)

    with pytest.raises(NotFound):
        await book_holds(database, *course[:2])
    with pytest.raises(NotFound):
        await book_holds(database, course[0], await hold_time(database, HoldRequest("dry-needling", TUESDAY)))


async def test_the_primary_key_refuses_a_second_owner_without_the_rulebook(database: Database) -> None:
    await open_clinic(database, small_clinic())
    await hold_time(database, HoldRequest("visit", TUESDAY))

    async def reserve_without_rulebook() -> None:
        async with database.write() as session:
            other, _ = await hold_slot(session, HoldRequest("visit", TUESDAY + timedelta(hours=1)), now=NOW)
            await reserve_ticks(session, ["one"], [tick_at(TUESDAY)], owner=other.id, expires_at=None)

    with pytest.raises(SlotTaken):
        await reserve_without_rulebook()


async def test_a_moved_appointment_owns_every_tick_of_a_service_that_became_longer(
    database: Database,
) -> None:
    await open_clinic(database, small_clinic())
    token = await hold_time(database, HoldRequest("visit", TUESDAY))
    request = BookingRequest(
        [token], False, "Sample Patient", "patient@example.com", "416 555 0123", {}, "en"
    )
    async with database.write() as session:
        booking = await book(session, request, now=NOW)
    await open_clinic(database, small_clinic(duration="60 min"))

    later = TUESDAY + timedelta(minutes=30)
    async with database.write() as session:
        await reschedule(session, RescheduleRequest(booking.manage_token, later), now=NOW)

    async with database.read() as session:
        owned = await ticks_reserved_by(session, booking.appointments[0].id)
    assert owned == {("one", tick_at(later) + n) for n in range(12)}


async def test_a_practitioner_is_open_only_at_locations_where_they_work(database: Database) -> None:
    one = practitioner("one", "09:00-17:00").replace("week =", 'location = "there"\nweek =')
    await open_clinic(database, small_clinic(practitioners=THERE + one))
    async with database.read() as session:
        service = (await all_services(session))["visit"]
        day = TUESDAY.date()
        slots = await find_slots(session, SlotCriteria(service), day, day, now=NOW)

    assert {slot.location for slot in slots} == {"there"}
    with pytest.raises(NotOpen):
        await hold_time(database, HoldRequest("visit", TUESDAY, location="here"))
    assert await hold_time(database, HoldRequest("visit", TUESDAY))


async def test_a_practitioner_is_at_one_location_at_a_time(database: Database) -> None:
    week = 'week = { mon-sun = ["09:00-17:00"] }'
    one = practitioner("one", "09:00-17:00").replace(
        f"[[practitioners.hours]]\n{week}",
        "\n".join(f'[[practitioners.hours]]\nlocation = "{place}"\n{week}' for place in ("here", "there")),
    )
    # `check` refuses such weeks: the ticks stand even where the file was never checked.
    file = ClinicFile.model_validate(tomllib.loads(small_clinic(practitioners=THERE + one)))
    async with database.write() as session:
        await sync_clinic_file(session, file)
    await hold_time(database, HoldRequest("visit", TUESDAY, location="here"))

    with pytest.raises(SlotTaken):
        await hold_time(database, HoldRequest("visit", TUESDAY, location="there"))


async def test_releasing_an_unknown_hold_does_no_harm(database: Database) -> None:
    await open_clinic(database)

    async with database.write() as session:
        assert await release_hold(session, "nobody's", now=NOW) is False


async def test_releasing_a_hold_that_expired_long_ago_does_no_harm(database: Database) -> None:
    await open_clinic(database)
    token = await hold_time(database)

    async with database.write() as session:
        assert await release_hold(session, token, now=NOW + timedelta(days=3)) is False


async def test_booking_a_hold_that_expired_long_ago_is_refused(database: Database) -> None:
    await open_clinic(database)
    token = await hold_time(database)

    with pytest.raises(HoldExpired):
        await book_holds(database, token, now=NOW + timedelta(days=3))


def test_a_refusal_reads_as_its_sentence() -> None:
    assert str(SlotTaken()) == "This time has just been taken. Please choose another one."
