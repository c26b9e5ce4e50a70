"""Events about the catalogue and open times: one for a burst of changes, to endpoints that ask for them."""

from datetime import UTC, datetime, timedelta

from booking.appointments.hold import HoldRequest, hold_slot, release_hold
from booking.domain.events import APPOINTMENT_EVENTS, EventKind
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.webhooks.changes import MAX_DELAY, QUIET, RECHECKED_EVERY, ChangeWatcher
from booking.webhooks.endpoints import disable_endpoint
from tests.booking.notifications.bookings import make_booking
from tests.booking.webhooks.conftest import WebhookRelay
from tests.booking.webhooks.receiver import Receiver, response
from tests.support.clinics import NOW

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
BOTH = (EventKind.CATALOGUE_CHANGED, EventKind.AVAILABILITY_CHANGED)


async def watch(relay: WebhookRelay, *, seconds: int = 15, watchers: int = 1) -> None:
    """Let servers watch and deliver for so long."""
    processes = [ChangeWatcher(relay.database) for _ in range(watchers)]
    for _ in range(0, seconds, 5):
        for process in processes:
            await process.watch(now=relay.now)
        await relay.deliver_due()
        relay.now += 5 * SECOND


async def hold(relay: WebhookRelay, at: datetime) -> str:
    async with relay.database.write() as session:
        request = HoldRequest("physiotherapy-assessment", at)
        _, token = await hold_slot(session, request, now=relay.now)
    return token


async def rename_practitioner(relay: WebhookRelay) -> None:
    async with relay.database.write() as session:
        (await session.get_one(Practitioner, "sample-practitioner-a")).name = "Sample Practitioner Z"


async def test_a_burst_of_changes_is_one_event_without_data(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url, [EventKind.AVAILABILITY_CHANGED])
    await watch(relay)
    assert receiver.kinds == []

    for hours in (0, 1, 4):
        await make_booking(relay.database, NINE + hours * HOUR)
        await watch(relay, seconds=5, watchers=2)
    assert receiver.kinds == []
    await watch(relay, seconds=20, watchers=2)

    assert receiver.kinds == ["availability.changed"]
    assert receiver.requests[0].payload["data"] == {}
    await watch(relay, seconds=200)
    assert len(receiver.requests) == 1


async def test_changes_without_an_end_are_told_each_minute(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url, [EventKind.AVAILABILITY_CHANGED])
    for days in (0, 4, 5, 6, 7, 11, 12, 13):
        for hours in (0, 1, 4):
            await hold(relay, NINE + timedelta(days=days, hours=hours))
            await watch(relay, seconds=5)

    assert 1 <= len(receiver.requests) <= 24 * 5 * SECOND / MAX_DELAY


async def test_each_change_of_open_times_is_told(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url, BOTH)

    token = await hold(relay, NINE)
    await watch(relay)
    assert receiver.kinds == ["availability.changed"]
    async with relay.database.write() as session:
        await release_hold(session, token, now=relay.now)
    await watch(relay)
    assert len(receiver.requests) == 2
    booking = await make_booking(relay.database, NINE)
    await watch(relay)
    assert len(receiver.requests) == 3
    await booking.cancel(at=relay.now)
    await watch(relay)
    assert receiver.kinds == ["availability.changed"] * 4


async def test_a_hold_that_expires_and_a_change_taken_back(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url, [EventKind.AVAILABILITY_CHANGED])
    watcher = ChangeWatcher(relay.database)
    token = await hold(relay, NINE)
    await watcher.watch(now=relay.now)
    async with relay.database.write() as session:
        await release_hold(session, token, now=relay.now)
    await watch(relay, seconds=100)
    assert receiver.kinds == []

    await hold(relay, NINE)
    await watch(relay)
    await watch(relay, seconds=15 * 60)
    assert receiver.kinds == ["availability.changed"] * 2


async def test_a_change_of_the_catalogue_is_told_to_those_that_ask(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    await relay.add(receiver.url, [EventKind.CATALOGUE_CHANGED])
    await relay.add(receiver.url, APPOINTMENT_EVENTS)
    await relay.add(receiver.url)

    await rename_practitioner(relay)
    await watch(relay)
    async with relay.database.write() as session:
        (await session.get_one(Clinic, 1)).phone = "+14165550199"
    await watch(relay)

    assert receiver.kinds == ["catalogue.changed"] * 2


async def test_an_endpoint_that_is_down_is_told_once_of_all_that_changed(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    receiver.responses = [response(503)]
    await relay.add(receiver.url, [EventKind.CATALOGUE_CHANGED])
    for number in range(8):
        async with relay.database.write() as session:
            (await session.get_one(Clinic, 1)).phone = f"+1416555019{number}"
        await watch(relay, seconds=300)

    receiver.responses, tried = [response(204)], len(receiver.requests)
    relay.now += 8 * HOUR
    await relay.deliver_due()
    assert len(receiver.requests) - tried <= 2


async def test_a_disabled_endpoint_makes_no_events(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint, _ = await relay.add(receiver.url, BOTH)
    async with relay.database.write() as session:
        await disable_endpoint(session, endpoint, now=NOW)

    await rename_practitioner(relay)
    await watch(relay, seconds=60)

    assert receiver.requests == []


def test_a_change_is_told_within_a_minute() -> None:
    assert QUIET < MAX_DELAY <= RECHECKED_EVERY == timedelta(minutes=1)
