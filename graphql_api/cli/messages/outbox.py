"""`book-online outbox`: mails and features' listeners, what waits for them, and what was given up."""

import argparse
import sys
import uuid
from dataclasses import asdict
from datetime import datetime

from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from booking.storage.queries.outbox import (
    ListenerStatus,
    events_without_listener,
    latest_deliveries,
    listener_statuses,
    remove_listener,
    requeue_deliveries,
)
from booking.storage.session import BookingSession
from graphql_api.cli.command import Commands, add_command, add_json, add_list, add_verbs, as_json, table
from graphql_api.cli.transaction import Work, in_transaction
from graphql_api.cli.values import SECOND, instant
from graphql_api.settings import Settings

LOG_LINES = 50


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "outbox", "show and retry mails, and events for features")

    add_list(verbs, in_transaction(_list), "all listeners, with the deliveries that wait")

    log = _listener_command(verbs, "log", _log, "the latest deliveries to a listener")
    log.add_argument("--lines", type=int, default=LOG_LINES, help="how many")
    add_json(log)

    retry = _listener_command(verbs, "retry", _retry, "deliver again what was given up")
    which = retry.add_mutually_exclusive_group()
    which.add_argument(
        "--since", type=instant, metavar="TIME", help="all events from then on: 2027-03-15T09:30-04:00"
    )
    which.add_argument("--event", type=uuid.UUID, metavar="ID", help="one event, by the id in the log")

    remove = add_command(verbs, "remove", _remove, "remove a listener, and what waits for it")
    remove.add_argument("listener", help="as `list` shows it: mail")
    remove.add_argument("--yes", action="store_true", help="do not ask")


def _listener_command(verbs: Commands, name: str, work: Work, help: str) -> argparse.ArgumentParser:
    command = add_command(verbs, name, in_transaction(work), help)
    command.add_argument("listener", help="as `list` shows it: mail")
    return command


async def _list(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    statuses = await listener_statuses(session)
    if arguments.json:
        return as_json(asdict(status) for status in statuses)
    listeners = table(map(_row, statuses), if_empty="No server has registered a listener.")
    if unheard := await events_without_listener(session):
        return f"{listeners}\n{unheard} events that are kept had no listener: nobody is told of them."
    return listeners


async def _log(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    await _status(session, arguments.listener)
    deliveries = await latest_deliveries(session, arguments.listener, limit=arguments.lines)
    if arguments.json:
        return as_json(_log_object(*delivery) for delivery in deliveries)
    return table((_log_row(*delivery) for delivery in deliveries), if_empty="There is no event that is kept.")


async def _retry(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    await _status(session, arguments.listener)
    count = await requeue_deliveries(
        session,
        arguments.listener,
        now=now,
        event=arguments.event,
        since=arguments.since,
        only_given_up=not (arguments.event or arguments.since),
    )
    return f"{count} will be delivered again by a server."


def _remove(arguments: argparse.Namespace, settings: Settings) -> None:
    async def confirm(session: BookingSession, _now: datetime, _arguments: argparse.Namespace) -> str:
        return (
            f"{arguments.listener} has {(await _status(session, arguments.listener)).waiting} deliveries "
            "that wait; they will never be made. A server that knows the listener registers it again."
        )

    async def remove(session: BookingSession, _now: datetime, _arguments: argparse.Namespace) -> str:
        await remove_listener(session, arguments.listener)
        return f"{arguments.listener} is removed."

    in_transaction(confirm)(arguments, settings)
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise InvalidInput("Nothing was removed. Say --yes to remove it.", code=InvalidInputCode.REQUIRED)
        if input("Remove it? [y/N] ").strip().lower() not in ("y", "yes"):
            return
    in_transaction(remove)(arguments, settings)


async def _status(session: BookingSession, name: str) -> ListenerStatus:
    statuses = await listener_statuses(session)
    if found := next((status for status in statuses if status.name == name), None):
        return found
    known = ", ".join(status.name for status in statuses) or "none"
    raise NotFound(f"There is no listener {name!r}. Known: {known}.", path=("listener",))


def _row(status: ListenerStatus) -> list[str]:
    since = f", the oldest since {status.oldest:{SECOND}} UTC" if status.oldest else ""
    return [status.name, f"{status.waiting} waiting{since}", f"{status.given_up} given up"]


def _log_object(delivery: OutboxDelivery, event: OutboxEvent) -> dict[str, object]:
    """Given up where it is neither due nor delivered."""
    names = ("attempts", "due_at", "delivered_at")
    told = {"event": event.id, "kind": event.kind, "occurred_at": event.occurred_at}
    return told | {name: getattr(delivery, name) for name in names}


def _log_row(delivery: OutboxDelivery, event: OutboxEvent) -> list[str]:
    if delivery.delivered_at:
        state = f"delivered {delivery.delivered_at:{SECOND}} UTC"
    elif delivery.due_at:
        state = f"due {delivery.due_at:{SECOND}} UTC"
    else:
        state = "given up"
    return [
        f"{event.occurred_at:{SECOND}} UTC",
        str(event.id),
        event.kind,
        f"attempts {delivery.attempts}",
        state,
    ]
