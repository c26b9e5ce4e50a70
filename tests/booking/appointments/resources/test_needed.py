"""A visit has a room to itself: its courses and moves, the waiting list, and the clinic's file."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.hold import HoldRequest, hold_course
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.catalogue.lookup import all_services
from booking.domain.errors import NotOpen, SlotTaken
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.ticks import Tick
from tests.booking.appointments.resources.resource_clinic import (
    LASER,
    NINE,
    TEN,
    clinic_with,
    hold,
    open_with,
    resources_of,
    room,
)
from tests.booking.catalogue.clinic_file.clinic_texts import mistakes
from tests.booking.notifications.bookings import make_booking
from tests.booking.waiting_list.waiting_clinic import NOON, WaitingClinic
from tests.support.clinics import NOW, edit_file, load_clinic, open_clinic
from tests.support.sql_statements import sql_statements

EVERYBODY = {"one", "two", "three"}
WEEK = timedelta(days=7)
TWO_ROOMS = clinic_with(room("b-room"), room("a-room"), LASER)
WEST = """[[locations]]
slug = "west"
name = "West"
address = ["2 West Street"]
hours = { mon-sun = ["00:00-24:00"] }
"""


async def test_a_time_closes_with_the_last_room_and_not_for_visits_without_one(database: Database) -> None:
    await open_clinic(database, TWO_ROOMS)

    first, _ = await hold(database, NINE, "one")
    assert await resources_of(database, first.id) == {"b-room"}  # The first in the file's order.
    assert await open_with(database, NINE) == {"two", "three"}
    second, _ = await hold(database, NINE, "two", service="laser")
    assert await resources_of(database, second.id) == {"a-room", "laser-1"}

    assert await open_with(database, NINE) == set()
    assert await open_with(database, NINE, service="talk") == {"three"}
    with pytest.raises(SlotTaken) as refused:
        await hold(database, NINE, "three")
    assert refused.value.wanted is not None
    assert await open_with(database, TEN) == EVERYBODY


async def test_a_room_is_not_shared_during_the_buffers(database: Database) -> None:
    await open_clinic(database, clinic_with(room("only"), LASER, buffers=(0, 15)))
    half_past = NINE + timedelta(minutes=30)

    await hold(database, NINE, "one")

    assert await open_with(database, half_past, service="laser") == set()
    assert await open_with(database, TEN, service="laser") == EVERYBODY


async def test_a_hold_that_expires_gives_the_room_back(database: Database) -> None:
    await open_clinic(database, clinic_with(room("only"), LASER))
    await hold(database, NINE, "one")
    later = NOW + timedelta(minutes=5)

    assert await open_with(database, NINE, now=later) == EVERYBODY
    held, _ = await hold(database, NINE, "two", now=later)
    assert await resources_of(database, held.id) == {"only"}


async def test_each_visit_of_a_course_has_a_room(database: Database) -> None:
    text = edit_file({'needs = ["room"]\n': 'needs = ["room"]\nvisits = 2\n'}, TWO_ROOMS)
    await open_clinic(database, text)
    await hold(database, NINE + WEEK, "three", service="laser")
    request = HoldRequest("visit", (NINE, NINE + WEEK), "one")

    async with database.write() as session:
        course = await hold_course(session, request, now=NOW)

    assert [await resources_of(database, held.id) for held, _ in course] == [{"b-room"}, {"a-room"}]
    with pytest.raises(SlotTaken) as refused:
        async with database.write() as session:
            await hold_course(session, HoldRequest("visit", (NINE, NINE + WEEK), "two"), now=NOW)
    assert refused.value.path == ("startsAt", "1")


async def test_a_visit_may_move_within_its_own_room(database: Database) -> None:
    await open_clinic(database, clinic_with(room("only"), LASER, policy={"slot_step": "15 min"}))
    booking = await make_booking(database, NINE, service="visit", practitioner="one")

    await booking.move(NINE + timedelta(minutes=15), at=NOW)

    assert await resources_of(database, booking.appointments[0].id) == {"only"}
    async with database.read() as session:
        ticks = (await session.scalars(select(Tick.tick).where(Tick.resource == "only/resource"))).all()
    assert len(ticks) == 6  # None is left at the former time.


async def test_a_place_without_the_kind_does_not_offer_the_service(database: Database) -> None:
    text = clinic_with(room("only"), room("laser-1", kind="laser", location="west"))
    text = edit_file(
        {
            "[[resources]]": f"{WEST}[[resources]]",
            'week = { mon-sun = ["09:00-12:00"] }': 'location = "west"\nweek = { mon-sun = ["09:00-12:00"] }',
        },
        text.replace("[[practitioners.hours]]\nweek", '[[practitioners.hours]]\nlocation = "here"\nweek'),
    ).replace('location = "here"\nlocation', "location")
    await open_clinic(database, text)

    assert await open_with(database, NINE) == {"two", "three"}
    assert await open_with(database, NINE, service="laser") == set()
    with pytest.raises(NotOpen):
        await hold(database, NINE, "two", service="laser")


async def test_who_waits_for_another_practitioner_is_offered_the_room(database: Database) -> None:
    text = clinic_with(room("only"), LASER, people=("one", "two"), policy={"horizon": "2 days"})
    await open_clinic(database, f"{text}\n[waiting_list]\n", now=NOON)
    clinic = WaitingClinic(database)
    await clinic.relay.register()
    times = [NINE + n * timedelta(minutes=30) for n in range(6)]
    first, *_ = await clinic.book(*times, who="one", email="booked@example.com")
    joined = await clinic.join(practitioners=("two",))
    await clinic.fill()
    assert await clinic.offers() == []

    await clinic.cancel(first)
    await clinic.fill()

    [offer] = await clinic.offers()
    assert (offer.practitioner, offer.starts_at) == ("two", NINE)
    assert await resources_of(database, offer.hold) == {"only"}
    await clinic.decline(joined, offer.id)
    assert await resources_of(database, offer.hold) == set()


async def test_the_number_of_statements_is_the_same_for_one_room_and_for_twenty(database: Database) -> None:
    async def count(*rooms: str) -> int:
        await load_clinic(database, clinic_with(*rooms, LASER))  # It reads the resources, as any load.
        async with database.read() as session:
            service = (await all_services(session))["visit"]
            with sql_statements() as sent:
                assert await find_slots(session, SlotCriteria(service), NINE.date(), NINE.date(), now=NOW)
        return len(sent)

    assert await count(room("r-0")) == await count(*(room(f"r-{n}") for n in range(20)))


def test_the_file_names_kinds_and_places_that_there_are() -> None:
    assert mistakes(clinic_with(room("only", location="nowhere"), needs='["room", "bath", "room"]')) == [
        "services[visit].needs[2]: there is no resource of the kind 'bath'",
        "services[visit].needs[3]: 'room' is named twice",
        "services[laser].needs[2]: there is no resource of the kind 'laser'",
        "resources[only].location: there is no location 'nowhere'",
    ]
    assert "resources[two].slug: there are two with the slug 'two'" in mistakes(
        clinic_with(room("two"), room("two"), LASER)
    )
    several = edit_file({"[[resources]]": f"{WEST}[[resources]]", 'location = "here"\n': ""}, TWO_ROOMS)
    assert "resources[b-room].location: which location? The clinic has several" in mistakes(several)


def test_a_room_that_no_service_needs_is_warned_of() -> None:
    file = parse_clinic_file(clinic_with(room("only"), LASER, room("pool", kind="pool")))

    [warning] = clinic_file_warnings(file, today=NOW.date(), languages=["en"])

    assert str(warning) == "resources[pool].kind: no service needs 'pool'"
