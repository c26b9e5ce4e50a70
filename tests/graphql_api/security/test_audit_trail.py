"""A partner's key leaves a row for each patient that it sees or changes; the patients leave none."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from booking.calendars.calendar_feed import create_feed
from booking.domain.actor import ActorKind
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction, AuditEvent
from tests.booking.audit.trails import verify
from tests.graphql_api.security.audited_partner import (
    ADDRESS,
    BOOK,
    CANCEL,
    MOVE,
    NAME,
    NAMES,
    NINE,
    TEN,
    VIEW,
    Partner,
)
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import NOW
from tests.support.graphql_client import PATIENT, screening_answers
from tests.support.site import running_site


async def test_a_booking_by_a_key_says_who_booked_whom_when_and_from_where(partner: Partner) -> None:
    async with partner.database.read() as session:
        events = (await session.scalars(select(AuditEvent).order_by(AuditEvent.sequence))).all()
        visits = (await session.scalars(select(Appointment).order_by(Appointment.starts_at))).all()
    assert [event.patient for event in events] == [visits[0].patient, visits[1].patient]
    for event in events:
        assert (event.action, event.detail) == (AuditAction.CREATE, "appointment booked")
        assert (event.actor_kind, event.actor_id) == (ActorKind.API_KEY, partner.key)
        assert (event.source, event.recorded_at) == (ADDRESS, NOW)
    assert NAME not in str([vars(event) for event in events])
    assert (await verify(partner.database)).fault is None


WAYS: dict[str, tuple[str, Callable[[dict[str, str]], dict[str, Any]], int]] = {
    "node": (
        "query ($id: ID!) { node(id: $id) { ... on Appointment { patient { name } } } }",
        lambda ids: {"id": ids["visit"]},
        1,
    ),
    "nodes": (NAMES, lambda ids: {"ids": [ids["visit"], ids["visit"]]}, 1),
    "list": ("{ appointments { edges { node { patient { name } } } } }", lambda ids: {}, 2),
    "page": ("{ appointments(first: 1) { edges { node { patient { name } } } } }", lambda ids: {}, 1),
    "course": (
        "query ($id: ID!) { node(id: $id) { ... on Course { appointments { patient { name } } } } }",
        lambda ids: {"id": ids["course"]},
        1,
    ),
    "appointment of a manage link": (
        "query ($token: String!) { appointment(manageToken: $token) { patient { name } } }",
        lambda ids: {"token": ids["visit's token"]},
        1,
    ),
    "course of a manage link": (
        "query ($token: String!) { appointment(manageToken: $token) "
        "{ course { appointments { patient { name } } } } }",
        lambda ids: {"token": ids["course's token"]},
        1,
    ),
    "names of one's own": (
        "query ($id: ID!) { a: node(id: $id) { ...P } b: node(id: $id) { ...P } } "
        "fragment P on Appointment { one: patient { name } two: patient { email phone } }",
        lambda ids: {"id": ids["visit"]},
        1,
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_each_way_to_a_patient_leaves_a_row_for_each_patient_and_request(
    partner: Partner, way: str
) -> None:
    query, variables, patients = WAYS[way]
    for request in (1, 2):  # The second one is answered anew, whatever is cached.
        assert NAME in str(await partner.ask(query, **variables(partner.ids)))
        assert await partner.rows() == [VIEW] * patients * request
    assert (await verify(partner.database)).fault is None


@pytest.mark.parametrize("document", [BOOK, MOVE, CANCEL])
async def test_a_mutation_that_answers_with_the_patient_leaves_a_row_for_that_too(
    partner: Partner, document: str
) -> None:
    shown = document.replace("appointment { id }", "appointment { id patient { name } }")
    given: dict[str, Any] = {"appointmentId": partner.ids["visit"]}
    if document == MOVE:
        given["startsAt"] = TEN
    if document == BOOK:
        token = (await partner.api.hold(TEN))["holdToken"]
        given = {"holdToken": token, "patient": PATIENT, "screening": screening_answers()}
    assert NAME in str(await partner.ask(shown, input=given))
    changed, seen = await partner.rows()
    assert changed[0] == (AuditAction.CREATE if document == BOOK else AuditAction.UPDATE)
    assert seen == VIEW


async def test_a_view_by_get_leaves_a_row_too(partner: Partner) -> None:
    query = "{ appointments { edges { node { patient { name } } } } }"
    for _ in range(2):
        answer = await partner.api.http.get("/graphql", params={"query": query})
        assert NAME in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert await partner.rows() == [VIEW] * 4


async def test_a_change_by_a_key_leaves_a_row_and_its_repeat_none(partner: Partner) -> None:
    visit = {"appointmentId": partner.ids["visit"]}
    for _ in range(2):
        moved = await partner.ask(MOVE, input=visit | {"startsAt": TEN})
        assert moved["rescheduleAppointment"]["problems"] == []
    for _ in range(2):
        # By the patient's link: it is the partner's key that uses it.
        token = {"manageToken": partner.ids["visit's token"]}
        assert (await partner.ask(CANCEL, input=token))["cancelAppointment"]["problems"] == []
    update = AuditAction.UPDATE
    assert await partner.rows() == [(update, "appointment moved"), (update, "appointment cancelled")]


async def test_a_refused_change_leaves_no_row(partner: Partner) -> None:
    answer = await partner.ask(
        MOVE, input={"appointmentId": partner.ids["visit"], "startsAt": NINE[:-6] + "Z"}
    )
    assert answer["rescheduleAppointment"]["problems"]
    assert await partner.rows() == []


async def test_what_a_key_asks_without_the_patient_leaves_no_row(partner: Partner) -> None:
    await partner.ask(
        "{ appointments { edges { node { id reference startsAt calendarFile } } } viewer { name } }"
    )
    assert await partner.rows() == []


async def test_a_patient_that_is_not_shown_leaves_no_row(partner: Partner) -> None:
    """Another partner has the patient's link; a third one may not see patients at all."""
    link = "query ($token: String!) { appointment(manageToken: $token) { reference patient { name } } }"
    other = (await new_key(partner.database))[1]
    without_scope = (await new_key(partner.database, "appointment-read"))[1]
    for secret in (other, without_scope):
        partner.api.http.headers.update(bearing(secret))
        answer = await partner.api.ask(link, token=partner.ids["visit's token"])
        assert answer["data"]["appointment"] | {"reference": ""} == {"reference": "", "patient": None}
    assert await partner.rows() == []


async def test_the_patients_own_acts_leave_no_row(partner: Partner) -> None:
    del partner.api.http.headers["authorization"]
    booked = await partner.api.hold_and_book(TEN)
    token = booked["manageToken"]
    assert (await partner.api.reschedule(token, "2026-11-24T13:00:00-05:00"))["problems"] == []
    assert await partner.api.appointment(token)
    assert (await partner.api.cancel(token))["problems"] == []
    # Also at a visit that a partner booked.
    assert (await partner.api.cancel(partner.ids["visit's token"]))["problems"] == []
    assert await partner.rows() == []


async def test_feeds_show_no_patient_and_leave_no_row(partner: Partner) -> None:
    async with partner.database.write() as session:
        practitioners = [visit.practitioner for visit in await session.scalars(select(Appointment))]
        token = await create_feed(session, practitioners[0], renew=False, now=NOW)
    for address in (f"/feeds/{token}.ics", "/$bulk-publish"):
        answer = await partner.api.http.get(address)
        assert answer.status_code == 200
        assert NAME not in answer.text
    assert await partner.rows() == []


async def test_views_at_the_same_time_make_one_chain(partner: Partner) -> None:
    answers = await asyncio.gather(*(partner.ask(NAMES, ids=[partner.ids["visit"]]) for _ in range(20)))
    assert all(NAME in str(answer) for answer in answers)
    assert await partner.rows() == [VIEW] * 20
    assert (await verify(partner.database)).fault is None


@pytest.mark.parametrize(
    ("forwarded", "source"),
    [
        ("198.51.100.4", "198.51.100.4"),
        ("192.0.2.1, 198.51.100.4", "198.51.100.4"),  # The first one is what the client itself says.
        ("2001:DB8::0:1", "2001:db8::1"),
        ("::ffff:198.51.100.4", "198.51.100.4"),
    ],
)
async def test_the_source_is_the_address_that_a_trusted_proxy_names(
    sqlite_url: str, forwarded: str, source: str
) -> None:
    async with running_site(sqlite_url) as site:
        site.api.http.headers.update(bearing((await new_key(site.database))[1]))
        site.api.http.headers["x-forwarded-for"] = forwarded
        await site.api.hold_and_book(NINE)
        async with site.database.read() as session:
            assert await session.scalar(select(AuditEvent.source)) == source
