"""The law: an edit rules a visit out exactly when a search that ignores it would not offer its time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from booking.appointments.book import BookingRequest, book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.catalogue.lookup import all_services
from booking.domain.errors import BookingError, NotQualified
from booking.domain.events import EventKind
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.obstacles import find_obstacles
from booking.scheduling.slots import open_slots_at
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.outbox import OutboxEvent
from tests.support.clinics import open_clinic
from tests.support.sql_statements import sql_statements

NOW = datetime(2027, 1, 2, 12, tzinfo=UTC)
VISITS = (datetime(2027, 1, 4, 15, tzinfo=UTC), datetime(2027, 2, 15, 15, tzinfo=UTC))  # 10:00 in Toronto


@dataclass(frozen=True)
class File:
    """A clinic's file: what an edit may change of it."""

    zone: str = "America/Toronto"
    holidays: str = "false"
    closures: str = ""
    place_hours: str = "08:00-20:00"
    hours: str = "09:00-17:00"
    breaks: str = ""
    time_off: str = ""
    certified_until: str = "2027-12-31"
    offers: str = '"visit", "spare"'
    works_at: str = "here"
    service: str = "visit"
    practitioner: str = "one"
    location: str = "here"

    def text(self) -> str:
        works_at = self.location if self.works_at == "here" else self.works_at
        offers = self.offers.replace("visit", self.service)
        return f"""
[clinic]
name = "Sample Clinic"
phone = "416.545.1881"
country = "CA"
time_zone = "{self.zone}"
languages = ["en"]
[policy]
slot_step = "15 min"
minimum_notice = "0 min"
horizon = "366 days"
hold = "5 min"
cancellation_notice = "0 min"
[[locations]]
slug = "{self.location}"
name = "Here"
address = ["1 Main Street"]
public_holidays = {self.holidays}
hours = {{ mon-sun = ["{self.place_hours}"] }}
closures = [{self.closures}]
[[locations]]
slug = "west"
name = "West"
address = ["2 Main Street"]
hours = {{ mon-sun = ["00:00-24:00"] }}
[[services]]
slug = "{self.service}"
name = "Visit"
duration = "60 min"
requires = "paper"
[[services]]
slug = "spare"
name = "Spare"
duration = "60 min"
[[practitioners]]
slug = "{self.practitioner}"
name = "Sample Practitioner One"
services = [{offers}]
certifications = [{{ kind = "paper", valid_until = {self.certified_until} }}]
time_off = [{self.time_off}]
[[practitioners.hours]]
location = "{works_at}"
week = {{ mon-sun = ["{self.hours}"] }}
{self.breaks and f'breaks = {{ mon-sun = ["{self.breaks}"] }}'}
[[practitioners]]
slug = "two"
name = "Sample Practitioner Two"
services = ["spare", "{self.service}"]
certifications = [{{ kind = "paper", valid_until = 2027-12-31 }}]
"""


BEFORE = File()
DAY_OFF = "{ from = 2027-01-04, to = 2027-01-04 }"
EDITS = {
    "closure": (File(closures=DAY_OFF), 1, "the location 'here' is closed on that day"),
    "holiday": (File(holidays='"CA-ON"'), 1, "the location 'here' is closed on that day"),
    "hours": (File(hours="13:00-17:00"), 2, "doesn't work at that time"),
    "hours of the place": (
        File(place_hours="13:00-20:00", hours="13:00-17:00"),
        2,
        "the location 'here' is closed at that time",
    ),
    "break": (File(breaks="10:30-11:00"), 2, "doesn't work at that time"),
    "other place": (File(works_at="west"), 2, "has no hours at the location 'here'"),
    "offer": (File(offers='"spare"'), 2, "doesn't offer 'visit' any more"),
    "service": (File(service="other"), 2, "the service 'visit' was withdrawn"),
    "practitioner": (File(practitioner="other"), 2, "Sample Practitioner One was withdrawn"),
    "location": (File(location="other"), 2, "the location 'here' was withdrawn"),
    "time off": (File(time_off=DAY_OFF), 1, "Sample Practitioner One is away"),
    "certificate": (File(certified_until="2027-02-14"), 1, "has no certificate for it on that day"),
}


async def book_visits(database: Database) -> None:
    await open_clinic(database, BEFORE.text(), now=NOW)
    for starts_at in VISITS:
        async with database.write() as session:
            _, token = await hold_slot(session, HoldRequest("visit", starts_at, "one", "here"), now=NOW)
        async with database.write() as session:
            details = BookingRequest(
                [token], False, "Sample Patient", "patient@example.com", "416 555 0123", {}, "en"
            )
            await book(session, details, now=NOW)


@pytest.mark.parametrize("edit", EDITS)
async def test_each_edit_names_the_visits_that_it_rules_out(database: Database, edit: str) -> None:
    await book_visits(database)
    file, count, reason = EDITS[edit]

    sentences = [each for each in await open_clinic(database, file.text(), now=NOW) if "is kept" in each]

    assert len(sentences) == count
    assert all(reason in each and each.endswith("Please call the patient.") for each in sentences)
    async with database.read() as session:
        events = (await session.scalars(select(OutboxEvent).order_by(OutboxEvent.occurred_at))).all()
    assert [event.kind for event in events].count(EventKind.NEEDS_ATTENTION) == count


async def test_a_visit_has_one_event_until_it_is_possible_again(database: Database) -> None:
    await book_visits(database)

    async def events_after(file: File) -> int:
        await open_clinic(database, file.text(), now=NOW)
        async with database.read() as session:
            kinds = (await session.scalars(select(OutboxEvent.kind))).all()
        return kinds.count(EventKind.NEEDS_ATTENTION)

    closed = File(closures=DAY_OFF)
    assert [await events_after(file) for file in (closed, closed, BEFORE, closed)] == [1, 1, 1, 2]


async def test_a_move_of_what_nobody_delivers_any_more_says_to_call(database: Database) -> None:
    await book_visits(database)
    await open_clinic(database, File(service="other").text(), now=NOW)

    async with database.read() as session:
        criteria = SlotCriteria((await all_services(session))["visit"], "one")
        with pytest.raises(NotQualified, match="Please call us") as refusal:
            await open_slots_at(session, criteria, VISITS[0], now=NOW)
    assert refusal.value.practitioners == []


dates = st.sampled_from(["2027-01-03", "2027-01-04", "2027-02-14", "2027-02-15", "2027-02-16"])
files = st.builds(
    File,
    zone=st.sampled_from(["America/Toronto"] * 3 + ["America/Vancouver", "America/Halifax", "UTC"]),
    holidays=st.sampled_from(["false", "false", '"CA-ON"']),
    closures=st.one_of(st.just(""), dates.map(lambda day: f"{{ from = {day}, to = {day} }}")),
    place_hours=st.just("00:00-24:00"),
    hours=st.sampled_from(["09:00-17:00", "10:00-11:00", "10:15-17:00", "00:00-24:00"]),
    breaks=st.sampled_from(["", "", "10:30-10:45"]),
    time_off=st.one_of(
        st.just(""), dates.map(lambda day: f"{{ from = {day}T10:55:00, to = {day}T12:00:00 }}")
    ),
    certified_until=st.one_of(st.just("2027-12-31"), dates),
    offers=st.sampled_from(['"visit", "spare"'] * 3 + ['"spare"']),
    works_at=st.sampled_from(["here"] * 4 + ["west"]),
    service=st.sampled_from(["visit"] * 4 + ["other"]),
    practitioner=st.sampled_from(["one"] * 4 + ["other"]),
    location=st.sampled_from(["here"] * 4 + ["other"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files)
async def test_a_visit_is_named_if_and_only_if_it_could_not_be_booked(database: Database, file: File) -> None:
    async with database.read() as session:
        booked = (await session.scalars(select(Appointment.id))).all()
    if not booked:
        await book_visits(database)
    if file.breaks and file.hours not in ("09:00-17:00", "00:00-24:00"):
        file = replace(file, breaks="")

    await open_clinic(database, file.text(), now=NOW)

    async with database.read() as session:
        named = {obstacle.appointment.id for obstacle in await find_obstacles(session, now=NOW)}
        for visit in (await session.scalars(select(Appointment))).all():
            service = (await all_services(session))[visit.service]
            criteria = SlotCriteria(service, visit.practitioner, visit.location, ignoring=(visit.id,))
            try:
                await open_slots_at(session, criteria, visit.starts_at, now=NOW)
                is_offered = True
            except BookingError:
                is_offered = False
            assert (visit.id in named) != is_offered


async def test_the_number_of_statements_does_not_grow_with_visits(database: Database) -> None:
    await book_visits(database)

    async with database.read() as session:
        with sql_statements() as statements:
            await find_obstacles(session, now=NOW)

    assert len(statements) <= 18
