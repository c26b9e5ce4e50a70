"""Endpoints hear of what happens, signed, at least once, and of nobody's name or health."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from booking.domain.events import EventKind
from booking.domain.screening import Answer
from booking.outbox.relay import RETRY_DELAYS
from booking.storage.models.outbox import OutboxDelivery
from booking.webhooks.endpoints import rotate_secret
from booking.webhooks.payload import signed_headers, webhook_message
from graphql_api.resolvers.relay import global_id
from tests.booking.notifications.bookings import booked
from tests.booking.webhooks.conftest import Teller
from tests.booking.webhooks.receiver import Asked, Receiver, saying
from tests.support.clinics import NOW

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_signed_with(secret: str, request: Asked) -> bool:
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


async def test_a_booked_visit_is_told_with_ids_and_nothing_of_the_patient(
    teller: Teller, receiver: Receiver
) -> None:
    await teller.add(receiver.url)
    booking = await booked(teller.database, NINE)
    visit = booking.visits[0]

    assert await teller.tell() == 1
    assert await teller.tell() == 0

    (request,) = receiver.requests
    assert request.told == {
        "type": "appointment.booked",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "appointments": [
                {
                    "id": global_id("Appointment", visit.id),
                    "reference": visit.reference,
                    "status": "BOOKED",
                    "sequence": 0,
                    "startsAt": "2026-11-26T09:00:00-05:00",
                    "endsAt": (visit.ends_at - 5 * HOUR).strftime("%Y-%m-%dT%H:%M:%S-05:00"),
                    "serviceId": global_id("Service", "physiotherapy-assessment"),
                    "practitionerId": global_id("Practitioner", "sample-practitioner-a"),
                    "locationId": global_id("Location", visit.location),
                    "courseId": None,
                }
            ],
            "movedFrom": None,
        },
    }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-timestamp"] == str(int(teller.now.timestamp()))


async def test_nothing_of_a_patient_or_of_health_is_ever_sent(teller: Teller, receiver: Receiver) -> None:
    await teller.add(receiver.url)
    booking = await booked(
        teller.database,
        NINE,
        service="dry-needling",
        answers={"needle-fear": Answer.YES},
        name="Sample Patient Zebra",
        email="zebra@example.com",
    )
    assert booking.visits[0].tell_practitioner == ["needle-fear"]
    await booking.moved(NINE + HOUR, at=teller.now)
    await booking.cancelled(at=teller.now)
    await teller.tell()

    sent = " ".join(f"{request.line} {request.headers} {request.body!r}" for request in receiver.requests)
    assert len(receiver.requests) == 3
    for secret in ("ebra", "needle-fear", "5550123", booking.token, str(booking.visits[0].patient)):
        assert secret not in sent


async def test_no_manage_link_waits_for_a_webhook(teller: Teller, receiver: Receiver) -> None:
    await teller.add(receiver.url)
    await booked(teller.database, NINE)

    async with teller.database.read() as session:
        (waiting,) = await session.scalars(select(OutboxDelivery))
    assert waiting.due_at is not None
    assert waiting.manage_token is None


async def test_a_move_says_from_where_and_all_say_how_it_stands_now(
    teller: Teller, receiver: Receiver
) -> None:
    await teller.add(receiver.url)
    booking = await booked(teller.database, NINE)
    await booking.moved(NINE + HOUR, at=teller.now)
    await booking.cancelled(at=teller.now)

    await teller.tell()

    told = {request.told["type"]: request.told["data"] for request in receiver.requests}
    assert {kind: data["movedFrom"] for kind, data in told.items()} == {
        "appointment.booked": None,
        "appointment.moved": "2026-11-26T09:00:00-05:00",
        "appointment.cancelled": None,
    }
    assert {
        (visit["status"], visit["sequence"], visit["startsAt"])
        for data in told.values()
        for visit in data["appointments"]
    } == {("CANCELLED", 2, "2026-11-26T10:00:00-05:00")}


async def test_a_course_is_told_as_one(teller: Teller, receiver: Receiver) -> None:
    await teller.add(receiver.url)
    booking = await booked(
        teller.database, *(NINE + week * 7 * DAY for week in range(3)), service="dry-needling-course"
    )

    await teller.tell()

    (request,) = receiver.requests
    visits = request.told["data"]["appointments"]
    assert [visit["reference"] for visit in visits] == [visit.reference for visit in booking.visits]
    assert {visit["courseId"] for visit in visits} == {global_id("Course", booking.visits[0].course)}


async def test_an_endpoint_hears_what_it_asked_for_from_when_it_was_made(
    teller: Teller, receiver: Receiver
) -> None:
    booking = await booked(teller.database, NINE)
    await teller.add(receiver.url, [EventKind.BOOKED, EventKind.CANCELLED])
    await booking.moved(NINE + HOUR, at=teller.now)
    await booking.cancelled(at=teller.now)
    assert await teller.tell() == 2
    await booked(teller.database, NINE)
    assert await teller.tell() == 1

    assert receiver.kinds == ["appointment.cancelled", "appointment.booked"]


async def test_a_receiver_can_verify_whose_message_it_is(teller: Teller, receiver: Receiver) -> None:
    _, secret = await teller.add(receiver.url)
    _, other = await teller.add(receiver.url.replace("/hook", "/other"))
    assert secret.startswith("whsec_")
    await booked(teller.database, NINE)
    teller.now = datetime.now(UTC)  # by the receiver's clock

    await teller.tell()

    to_hook, to_other = sorted(receiver.requests, key=lambda request: request.line)
    assert is_signed_with(secret, to_hook)
    assert is_signed_with(other, to_other)
    assert not is_signed_with(other, to_hook)
    forged = Asked(to_hook.line, to_hook.headers, to_hook.body.replace(b"BOOKED", b"CANCELLED"))
    assert not is_signed_with(secret, forged)
    late = {"webhook-timestamp": str(int(teller.now.timestamp()) + 60)}
    assert not is_signed_with(secret, Asked(to_hook.line, to_hook.headers | late, to_hook.body))


def test_what_is_signed_is_what_is_sent_whatever_is_in_it() -> None:
    secret, now = "whsec_" + "QUJD" * 11, datetime.now(UTC)
    told = webhook_message(uuid.uuid4(), "test.ping", now, {"text": 'Fête 用户 \u2028 "quoted" . '})

    signed = signed_headers(told, [secret], now=now)

    assert Webhook(secret).verify(told.body, signed)["data"] == {"text": 'Fête 用户 \u2028 "quoted" . '}


async def test_while_a_secret_is_exchanged_both_are_good(teller: Teller, receiver: Receiver) -> None:
    booking = await booked(teller.database, NINE)
    endpoint, old = await teller.add(receiver.url)
    places = [NINE, NINE + HOUR] * 2

    async def sent(at: datetime) -> Sequence[bool]:
        """Whether what is sent then is signed with the old secret, and with the new one."""
        teller.now = at
        await booking.moved(places.pop(), at=NOW)
        await teller.tell()
        request = receiver.requests[-1]
        return is_signed_with(old, request), is_signed_with(new, request)

    now = datetime.now(UTC)
    async with teller.database.write() as session:
        new = await rotate_secret(session, endpoint, grace=timedelta(minutes=2), now=now)
    assert await sent(now) == (True, True)
    assert receiver.requests[0].headers["webhook-signature"].count("v1,") == 2
    assert await sent(now + timedelta(minutes=2)) == (False, True)

    async with teller.database.write() as session:
        newest = await rotate_secret(session, endpoint, grace=timedelta(0), now=teller.now)
    assert await sent(now + timedelta(minutes=2)) == (False, False)
    assert is_signed_with(newest, receiver.requests[-1])


async def test_what_is_not_taken_is_sent_again_with_the_same_id_and_a_new_signature(
    teller: Teller, receiver: Receiver
) -> None:
    endpoint, _ = await teller.add(receiver.url)
    receiver.answers = [saying(500), saying(302), saying(204)]
    await booked(teller.database, NINE)

    assert await teller.tell() == 1
    assert await teller.tell() == 0
    assert (await teller.endpoint(endpoint)).failing_since == teller.now
    for wait in RETRY_DELAYS[:2]:
        teller.now += wait
        assert await teller.tell() == 1
    teller.now += DAY
    assert await teller.tell() == 0

    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 3
    assert len({request.headers["webhook-signature"] for request in receiver.requests}) == 3
    log = await teller.log(endpoint)
    assert [(attempt.number, attempt.status, attempt.problem) for attempt in log] == [
        (1, 500, "answered 500"),
        (2, 302, "answered 302"),
        (3, 204, None),
    ]
    assert (await teller.endpoint(endpoint)).failing_since is None


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/", "http://127.0.0.1:1/"])
async def test_what_got_into_the_database_is_checked_again_before_it_is_sent(
    teller: Teller, receiver: Receiver, url: str
) -> None:
    endpoint, _ = await teller.add(url.replace(":1/", f":{receiver.port}/"))
    teller.sender = type(teller.sender)()
    await booked(teller.database, NINE)

    await teller.tell()

    (attempt,) = await teller.log(endpoint)
    assert (attempt.status, receiver.requests) == (None, [])
    assert "https://partner.example/hook" in (attempt.problem or "")
