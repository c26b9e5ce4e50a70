"""`book-online webhooks`: the endpoints that receive the events of appointments."""

import argparse
import asyncio
import uuid
from datetime import datetime, timedelta

from booking.domain.events import APPOINTMENT_EVENTS, CHANGE_EVENTS
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.queries.clock import current_time
from booking.storage.queries.messages.webhooks import all_endpoints
from booking.storage.session import BookingSession
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import WebhookDelivery
from booking.webhooks.endpoints import (
    GRACE,
    add_endpoint,
    delivery_log,
    disable_endpoint,
    enable_endpoint,
    remove_endpoint,
    replay_event,
    replay_since,
    rotate_secret,
)
from graphql_api.cli.command import (
    Commands,
    add_command,
    add_json,
    add_list,
    add_verbs,
    as_json,
    json_of,
    table,
)
from graphql_api.cli.transaction import Work, in_transaction, with_database
from graphql_api.cli.values import SECOND, instant
from graphql_api.settings import Settings

LOG_LINES = 50
EVENTS = f"with commas; without it: of appointments. There are also {' and '.join(CHANGE_EVENTS)}"
ENDPOINT_ID = "of the endpoint, as `list` shows it"


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "webhooks", "tell other systems what happens to visits")

    add = add_command(verbs, "add", _add, "tell this address; the secret is shown once")
    add.add_argument("url", help="https://partner.example/hook")
    add.add_argument("--name", required=True, help="who is told")
    add.add_argument("--events", default=",".join(APPOINTMENT_EVENTS), help=EVENTS)
    add_json(add)

    add_list(verbs, in_transaction(_list), "all endpoints, without secrets")

    replay = _endpoint_command(verbs, "replay", _replay, "tell again what an endpoint has missed")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--since", type=instant, metavar="TIME", help="all from then on: 2027-03-15T09:30-04:00"
    )
    which.add_argument("--delivery", type=uuid.UUID, metavar="ID", help="one, by the id that the log shows")

    log = _endpoint_command(verbs, "log", _log, "what came of the latest deliveries")
    log.add_argument("--lines", type=int, default=LOG_LINES, help="how many")
    add_json(log)

    rotate = _endpoint_command(verbs, "rotate", _rotate, "give an endpoint a new secret, shown once")
    rotate.add_argument(
        "--grace", type=int, default=GRACE.days, metavar="DAYS", help="so long both of them sign"
    )
    add_json(rotate)

    test = add_command(verbs, "test", _test, "send an endpoint a test.ping, and say what came of it")
    test.add_argument("id", help=ENDPOINT_ID)
    add_json(test)

    _endpoint_command(verbs, "disable", _disable, "send an endpoint nothing any more")
    _endpoint_command(verbs, "enable", _enable, "send to it again")
    _endpoint_command(verbs, "remove", _remove, "forget an endpoint and its log")


def _endpoint_command(verbs: Commands, name: str, work: Work, help: str) -> argparse.ArgumentParser:
    command = add_command(verbs, name, in_transaction(work), help)
    command.add_argument("id", help=ENDPOINT_ID)
    return command


def _add(arguments: argparse.Namespace, settings: Settings) -> None:
    asyncio.run(_client(settings).check(arguments.url))
    in_transaction(_add_endpoint)(arguments, settings)


async def _add_endpoint(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    kinds = [kind.strip() for kind in arguments.events.split(",")]
    endpoint, secret = await add_endpoint(session, arguments.url, arguments.name, kinds, now=now)
    if arguments.json:
        return json_of({**_object(endpoint), "secret": secret})
    return f"Endpoint {endpoint.id} for {endpoint.name}. Its secret is shown only now:\n{secret}"


async def _list(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    endpoints = await all_endpoints(session)
    if arguments.json:
        return as_json(map(_object, endpoints))
    return table(
        map(_row, endpoints), if_empty="There are no endpoints. `book-online webhooks add` makes one."
    )


async def _log(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    attempts = await delivery_log(session, arguments.id, limit=arguments.lines)
    if arguments.json:
        names = ("at", "event", "kind", "number", "status", "problem", "milliseconds")
        return as_json({name: getattr(attempt, name) for name in names} for attempt in attempts)
    rows = map(_log_row, attempts)
    return table(rows, if_empty="Nothing that was sent to it is kept.")


async def _replay(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    if arguments.delivery:
        await replay_event(session, arguments.id, arguments.delivery, now=now)
        count = 1
    else:
        count = await replay_since(session, arguments.id, arguments.since, now=now)
    return f"{count} will be told again by the server."


async def _rotate(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    grace = timedelta(days=arguments.grace)
    secret = await rotate_secret(session, arguments.id, grace=grace, now=now)
    if arguments.json:
        return json_of({"id": arguments.id, "secret": secret, "grace_days": arguments.grace})
    return f"The secret before signs for {arguments.grace} days too. The new one is shown only now:\n{secret}"


def _test(arguments: argparse.Namespace, settings: Settings) -> int | None:
    attempt = with_database(
        settings,
        lambda database: WebhookDelivery(database, _client(settings), current_time).ping(arguments.id),
    )
    if arguments.json:
        names = ("status", "problem", "milliseconds")
        print(json_of({name: getattr(attempt, name) for name in names}))
        return 1 if attempt.problem else None
    print(f"{attempt.problem or f'taken with {attempt.status}'}, after {attempt.milliseconds} ms")
    return 1 if attempt.problem else None


async def _disable(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    endpoint = await disable_endpoint(session, arguments.id, now=now)
    return f"{endpoint.name} is told nothing any more."


async def _enable(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    endpoint = await enable_endpoint(session, arguments.id)
    return f"{endpoint.name} is told what happens from now on. `replay` tells what it has missed."


async def _remove(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    await remove_endpoint(session, arguments.id)
    return "It is forgotten."


def _row(endpoint: WebhookEndpoint) -> list[str]:
    state = "on"
    if endpoint.disabled_at:
        state = f"disabled {endpoint.disabled_at:{SECOND}} UTC: {endpoint.disabled_because}"
    elif endpoint.failing_since:
        state = f"failing since {endpoint.failing_since:{SECOND}} UTC"
    return [endpoint.id, endpoint.name, endpoint.url, " ".join(endpoint.kinds), state]


def _object(endpoint: WebhookEndpoint) -> dict[str, object]:
    names = ("id", "name", "url", "kinds", "failing_since", "disabled_at", "disabled_because")
    return {name: getattr(endpoint, name) for name in names}


def _log_row(attempt: WebhookAttempt) -> list[str]:
    outcome = attempt.problem or f"taken with {attempt.status}"
    event = [f"{attempt.at:{SECOND}} UTC", str(attempt.event), attempt.kind]
    return [*event, f"attempt {attempt.number}", outcome, f"{attempt.milliseconds} ms"]


def _client(settings: Settings) -> WebhookClient:
    return WebhookClient(to_private=settings.webhooks_to_private)
