"""Each invariant of the stress test reports its violation."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from tests.stress.invariants import ConfirmedAppointment, DatabaseState, check_invariants

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
VISIT = Service(
    slug="visit",
    duration=timedelta(minutes=30),
    buffer_before=timedelta(minutes=5),
    buffer_after=timedelta(minutes=10),
)
ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def hold(owner: uuid.UUID, starts_at: datetime = NINE, *, minutes_left: int = 5) -> Hold:
    expires_at = NOW + timedelta(minutes=minutes_left)
    return Hold(
        id=owner,
        service="visit",
        practitioner="one",
        starts_at=starts_at,
        ends_at=starts_at + VISIT.duration,
        expires_at=expires_at,
    )


def booked(owner: uuid.UUID, starts_at: datetime = NINE) -> Appointment:
    return Appointment(
        id=owner,
        reference="ABCD-1234",
        status=AppointmentStatus.BOOKED,
        service="visit",
        practitioner="one",
        starts_at=starts_at,
        ends_at=starts_at + VISIT.duration,
    )


def ticks(visit: Hold | Appointment, *, missing: int = 0) -> list[Tick]:
    """Those that the visit must own: from 5 minutes before it to 10 minutes after it."""
    first = int(visit.starts_at.timestamp()) // 300 - 1
    expires_at = visit.expires_at if isinstance(visit, Hold) else None
    return [
        Tick(resource="one", tick=tick, owner=visit.id, expires_at=expires_at)
        for tick in range(first + missing, first + 9)
    ]


def state(*visits: Hold | Appointment, owned: list[Tick] | None = None) -> DatabaseState:
    """Each visit with its own ticks, unless all that are owned are given."""
    rows = [tick for visit in visits for tick in ticks(visit)] if owned is None else owned
    return DatabaseState(
        now=NOW,
        services={"visit": VISIT},
        holds={visit.id: visit if isinstance(visit, Hold) else hold(visit.id) for visit in visits},
        appointments={visit.id: visit for visit in visits if isinstance(visit, Appointment)},
        ticks={owner: [tick for tick in rows if tick.owner == owner] for owner in {t.owner for t in rows}},
    )


def confirmed(appointment: Appointment) -> ConfirmedAppointment:
    return ConfirmedAppointment(
        appointment.id,
        appointment.reference,
        appointment.status,
        appointment.practitioner,
        appointment.starts_at,
    )


def test_appointments_whose_buffers_touch_violate_no_invariant() -> None:
    first, second = booked(ONE), hold(OTHER, NINE + timedelta(minutes=45))
    assert check_invariants(state(first, second), confirmed=[confirmed(first)], held=[OTHER]).all == []


def test_buffers_that_overlap_are_a_double_booking() -> None:
    violations = check_invariants(state(booked(ONE), hold(OTHER, NINE + timedelta(minutes=40))))
    assert violations.doubles == [f"one is owned by {ONE} and {OTHER} at 2026-11-24 09:35"]


def test_an_acknowledged_booking_without_a_row_is_lost() -> None:
    assert check_invariants(state(), confirmed=[confirmed(booked(ONE))]).losses == [
        "the appointment ABCD-1234 is gone"
    ]


def test_a_booking_whose_row_differs_from_its_answer_is_lost() -> None:
    stands, said = booked(ONE), booked(ONE, NINE + timedelta(hours=1))
    violations = check_invariants(state(stands), confirmed=[confirmed(said)])
    assert violations.losses == [f"a client was told {confirmed(said)}, and kept is {confirmed(stands)}"]


def test_a_row_that_no_answer_acknowledged_is_a_double() -> None:
    violations = check_invariants(
        state(booked(ONE), hold(OTHER, NINE + timedelta(hours=1))), confirmed=[], held=[]
    )
    assert violations.doubles == [
        f"nobody was told of the appointment {ONE}",
        f"nobody was told of the hold {OTHER}",
    ]


def test_an_acknowledged_hold_without_a_live_row_is_lost() -> None:
    assert check_invariants(state(hold(ONE, minutes_left=0)), held=[ONE]).losses == [
        f"the hold {ONE} is gone"
    ]


def test_a_visit_owns_all_its_ticks() -> None:
    visit = booked(ONE)
    assert check_invariants(state(visit, owned=ticks(visit, missing=2))).stray_ticks == [
        f"Appointment {ONE} owns 7 of its 9 ticks"
    ]


def test_a_visit_has_a_room_of_each_kind_that_it_needs_to_itself() -> None:
    first, second = booked(ONE), hold(OTHER)
    second.practitioner = "two"
    rows = [
        Tick(resource=resource, tick=tick.tick, owner=visit.id, expires_at=tick.expires_at)
        for visit, practitioner in ((first, "one"), (second, "two"))
        for tick in ticks(visit)
        for resource in (practitioner, "blue/resource")
    ]
    crowded = replace(state(first, second, owned=rows), kinds={"blue/resource": "room"})

    violations = check_invariants(crowded)

    assert violations.doubles == [f"blue/resource is owned by {ONE} and {OTHER} at 2026-11-24 08:55"]
    assert set(violations.stray_ticks) == {
        f"Appointment {ONE} has rooms of the kinds ['room']",
        f"Hold {OTHER} has rooms of the kinds ['room']",
    }


def test_the_ticks_of_a_visit_do_not_expire() -> None:
    visit = booked(ONE)
    assert check_invariants(state(visit, owned=ticks(hold(ONE)))).stray_ticks == [
        f"Appointment {ONE} owns 0 of its 9 ticks and 9 others"
    ]


def test_a_cancelled_appointment_owns_nothing() -> None:
    visit = booked(ONE)
    visit.status = AppointmentStatus.CANCELLED
    assert check_invariants(state(visit)).stray_ticks == [f"ticks are left of {ONE}, which does not stand"]


def test_a_tick_has_a_hold() -> None:
    assert check_invariants(state(owned=ticks(hold(ONE)))).stray_ticks == [
        f"ticks are left of {ONE}, which is no hold"
    ]


def test_a_tick_does_not_outlive_its_hold() -> None:
    over = hold(ONE, minutes_left=0)
    assert check_invariants(state(over)).stray_ticks == []
    assert check_invariants(state(over, owned=ticks(hold(ONE, minutes_left=5)))).stray_ticks == [
        f"ticks outlive their hold {ONE}"
    ]
