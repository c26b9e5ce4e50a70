"""Events reach endpoints, signed, at least once, without a patient's name or health."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from booking.appointments.status import set_status
from booking.domain.actor import Actor, ActorKind
from booking.domain.events import STATUS_EVENTS, EventKind
from booking.domain.screening import Answer
from booking.outbox.relay import RETRY_DELAYS
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.outbox import OutboxDelivery
from booking.webhooks.endpoints import rotate_secret
from booking.webhooks.payload import signed_headers, webhook_message
from graphql_api.types.relay import global_id
from tests.booking.notifications.bookings import make_booking
from tests.booking.patients.stored_contacts import topics_of
from tests.booking.webhooks.conftest import WebhookRelay
from tests.booking.webhooks.receiver import ReceivedRequest, Receiver, response
from tests.support.clinics import NOW

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_signed_with(secret: str, request: ReceivedRequest) -> bool:
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


async def test_a_booked_appointment_is_sent_with_ids_and_nothing_of_the_patient(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    await relay.add(receiver.url)
    booking = await make_booking(relay.database, NINE)
    appointment = booking.appointments[0]

    assert await relay.deliver_due() == 1
    assert await relay.deliver_due() == 0

    (request,) = receiver.requests
    assert request.payload == {
        "type": "appointment.booked",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "appointments": [
                {
                    "id": global_id("Appointment", appointment.id),
                    "reference": appointment.reference,
                    "status": "BOOKED",
                    "cancellationReason": None,
                    "sequence": 0,
                    "confirmedAt": None,
                    "version": 0,
                    "startsAt": "2026-11-26T09:00:00-05:00",
                    "endsAt": (appointment.ends_at - 5 * HOUR).strftime("%Y-%m-%dT%H:%M:%S-05:00"),
                    "serviceId": global_id("Service", "physiotherapy-assessment"),
                    "practitionerId": global_id("Practitioner", "sample-practitioner-a"),
                    "locationId": global_id("Location", appointment.location),
                    "courseId": None,
                }
            ],
            "movedFrom": None,
            "movedFromLocationId": None,
        },
    }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-timestamp"] == str(int(relay.now.timestamp()))


async def test_nothing_of_a_patient_or_of_health_is_ever_sent(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    await relay.add(receiver.url)
    booking = await make_booking(
        relay.database,
        NINE,
        service="dry-needling",
        answers={"needle-fear": Answer.YES},
        name="Sample Patient Zebra",
        email="zebra@example.com",
    )
    assert await topics_of(relay.database, booking.appointments[0].id) == ["needle-fear"]
    await booking.move(NINE + HOUR, at=relay.now)
    await booking.cancel(at=relay.now)
    await relay.deliver_due()

    sent = " ".join(f"{request.line} {request.headers} {request.body!r}" for request in receiver.requests)
    assert len(receiver.requests) == 3
    patient = str(booking.appointments[0].patient)
    for secret in ("Zebra", "zebra@", "needle-fear", "5550123", booking.token, patient):
        assert secret not in sent


async def test_no_manage_token_is_stored_for_a_webhook(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url)
    await make_booking(relay.database, NINE)

    async with relay.database.read() as session:
        (waiting,) = await session.scalars(select(OutboxDelivery))
    assert waiting.due_at is not None
    assert waiting.manage_token is None


async def test_a_moved_event_has_its_former_start_and_every_event_the_present_state(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    await relay.add(receiver.url)
    booking = await make_booking(relay.database, NINE)
    await booking.move(NINE + HOUR, at=relay.now)
    await booking.cancel(at=relay.now)

    await relay.deliver_due()

    data_by_kind = {request.payload["type"]: request.payload["data"] for request in receiver.requests}
    assert {kind: data["movedFrom"] for kind, data in data_by_kind.items()} == {
        "appointment.booked": None,
        "appointment.moved": "2026-11-26T09:00:00-05:00",
        "appointment.cancelled": None,
    }
    assert {
        (visit["status"], visit["sequence"], visit["startsAt"])
        for data in data_by_kind.values()
        for visit in data["appointments"]
    } == {("CANCELLED", 2, "2026-11-26T10:00:00-05:00")}


async def test_each_status_of_a_visits_day_is_sent_in_order_to_whoever_asked_for_it(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    await relay.add(receiver.url)
    await relay.add(receiver.url, [EventKind.BOOKED, EventKind.CANCELLED])  # as an endpoint of before
    booking = await make_booking(relay.database, NINE)
    await relay.deliver_due()
    receiver.requests.clear()
    statuses = [status for status in AppointmentStatus if status is not AppointmentStatus.CANCELLED]
    actor = Actor(ActorKind.STAFF, "reception", "10.0.0.7")
    for status in (*statuses[1:], statuses[0]):
        async with relay.database.write() as session:
            visit_id = booking.appointments[0].id
            await set_status(session, visit_id, status, version=None, actor=actor, now=NINE)
        relay.now = NINE
        await relay.deliver_due()

    shown = [request.payload["data"]["appointments"][0] for request in receiver.requests]
    assert receiver.kinds == list(STATUS_EVENTS)
    assert [(visit["status"], visit["version"], visit["sequence"]) for visit in shown] == [
        ("ARRIVED", 1, 0),
        ("CHECKED_IN", 2, 0),
        ("FULFILLED", 3, 0),
        ("NOSHOW", 4, 0),
        ("BOOKED", 5, 0),
    ]


async def test_a_cancellation_says_on_whose_part_it_was(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url, [EventKind.CANCELLED])
    booking = await make_booking(relay.database, NINE)
    await booking.cancel(at=relay.now)
    await relay.deliver_due()
    (request,) = receiver.requests
    (visit,) = request.payload["data"]["appointments"]
    assert (visit["status"], visit["cancellationReason"]) == ("CANCELLED", "PATIENT")


async def test_a_course_is_one_message(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url)
    booking = await make_booking(
        relay.database, *(NINE + week * 7 * DAY for week in range(3)), service="dry-needling-course"
    )

    await relay.deliver_due()

    (request,) = receiver.requests
    visits = request.payload["data"]["appointments"]
    assert [visit["reference"] for visit in visits] == [
        appointment.reference for appointment in booking.appointments
    ]
    assert {visit["courseId"] for visit in visits} == {global_id("Course", booking.appointments[0].course)}


async def test_an_endpoint_gets_the_kinds_that_it_asked_for_from_its_creation_on(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    booking = await make_booking(relay.database, NINE)
    await relay.add(receiver.url, [EventKind.BOOKED, EventKind.CANCELLED])
    await booking.move(NINE + HOUR, at=relay.now)
    await booking.cancel(at=relay.now)
    assert await relay.deliver_due() == 2
    await make_booking(relay.database, NINE)
    assert await relay.deliver_due() == 1

    assert receiver.kinds == ["appointment.cancelled", "appointment.booked"]


async def test_a_receiver_can_verify_the_signature(relay: WebhookRelay, receiver: Receiver) -> None:
    _, secret = await relay.add(receiver.url)
    _, other = await relay.add(receiver.url.replace("/hook", "/other"))
    assert secret.startswith("whsec_")
    await make_booking(relay.database, NINE)
    relay.now = datetime.now(UTC)  # by the receiver's clock

    await relay.deliver_due()

    to_hook, to_other = sorted(receiver.requests, key=lambda request: request.line)
    assert is_signed_with(secret, to_hook)
    assert is_signed_with(other, to_other)
    assert not is_signed_with(other, to_hook)
    forged = ReceivedRequest(to_hook.line, to_hook.headers, to_hook.body.replace(b"BOOKED", b"CANCELLED"))
    assert not is_signed_with(secret, forged)
    late = {"webhook-timestamp": str(int(relay.now.timestamp()) + 60)}
    assert not is_signed_with(secret, ReceivedRequest(to_hook.line, to_hook.headers | late, to_hook.body))


def test_any_characters_in_a_message_survive_signing() -> None:
    secret, now = "whsec_" + "QUJD" * 11, datetime.now(UTC)
    message = webhook_message(uuid.uuid4(), "test.ping", now, {"text": 'Fête 用户 \u2028 "quoted" . '})

    signed = signed_headers(message, [secret], now=now)

    assert Webhook(secret).verify(message.body, signed)["data"] == {"text": 'Fête 用户 \u2028 "quoted" . '}


async def test_during_rotation_both_secrets_sign(relay: WebhookRelay, receiver: Receiver) -> None:
    booking = await make_booking(relay.database, NINE)
    endpoint, old = await relay.add(receiver.url)
    places = [NINE, NINE + HOUR] * 2

    async def sent(at: datetime) -> Sequence[bool]:
        """Whether a message of that time is signed with the old secret, and with the new one."""
        relay.now = at
        await booking.move(places.pop(), at=NOW)
        await relay.deliver_due()
        request = receiver.requests[-1]
        return is_signed_with(old, request), is_signed_with(new, request)

    now = datetime.now(UTC)
    async with relay.database.write() as session:
        new = await rotate_secret(session, endpoint, grace=timedelta(minutes=2), now=now)
    assert await sent(now) == (True, True)
    assert receiver.requests[0].headers["webhook-signature"].count("v1,") == 2
    assert await sent(now + timedelta(minutes=2)) == (False, True)

    async with relay.database.write() as session:
        newest = await rotate_secret(session, endpoint, grace=timedelta(0), now=relay.now)
    assert await sent(now + timedelta(minutes=2)) == (False, False)
    assert is_signed_with(newest, receiver.requests[-1])


async def test_a_retry_has_the_same_id_and_a_new_signature(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint, _ = await relay.add(receiver.url)
    receiver.responses = [response(500), response(302), response(204)]
    await make_booking(relay.database, NINE)

    assert await relay.deliver_due() == 1
    assert await relay.deliver_due() == 0
    assert (await relay.endpoint(endpoint)).failing_since == relay.now
    for wait in RETRY_DELAYS[:2]:
        relay.now += wait
        assert await relay.deliver_due() == 1
    relay.now += DAY
    assert await relay.deliver_due() == 0

    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 3
    assert len({request.headers["webhook-signature"] for request in receiver.requests}) == 3
    log = await relay.log(endpoint)
    assert [(attempt.number, attempt.status, attempt.problem) for attempt in log] == [
        (1, 500, "answered 500"),
        (2, 302, "answered 302"),
        (3, 204, None),
    ]
    assert (await relay.endpoint(endpoint)).failing_since is None


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/", "http://127.0.0.1:1/"])
async def test_a_stored_url_is_checked_again_before_each_attempt(
    relay: WebhookRelay, receiver: Receiver, url: str
) -> None:
    endpoint, _ = await relay.add(url.replace(":1/", f":{receiver.port}/"))
    relay.client = type(relay.client)()
    await make_booking(relay.database, NINE)

    await relay.deliver_due()

    (attempt,) = await relay.log(endpoint)
    assert (attempt.status, receiver.requests) == (None, [])
    assert "https://partner.example/hook" in (attempt.problem or "")
