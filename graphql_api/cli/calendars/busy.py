"""`book-online busy-calendars`: practitioners' calendars elsewhere, which keep their time."""

import argparse
import asyncio
import getpass
import sys
import uuid
from datetime import datetime, timedelta

from booking.calendars.busy.manage import (
    CalendarRefused,
    ListedCalendar,
    SeveralCalendars,
    add_calendar,
    listed_calendars,
    remove_calendar,
)
from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.calendars.busy.source import EXAMPLE, PATIENCE_SECONDS, CalendarSource
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.outbound_http.client import OutboundClient
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendarKind, BusyCode
from booking.storage.queries.clock import current_time
from booking.storage.session import BookingSession
from graphql_api.cli.access.account import command_line_actor
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
from graphql_api.cli.transaction import in_transaction, with_database
from graphql_api.cli.values import SECOND
from graphql_api.settings import Settings

PROBLEMS = {
    BusyCode.UNREACHABLE: "its server gives no answer that can be used",
    BusyCode.WRONG_PASSWORD: "its server takes neither the password nor the secret in the address",
    BusyCode.NOT_FOUND: "there is no calendar at the address",
    BusyCode.NOT_ALLOWED: f"it must look like {EXAMPLE}, and lead to no private network",
    BusyCode.NOT_A_CALENDAR: "what is at the address is no calendar",
    BusyCode.TOO_LONG: "it is longer than 20 MB",
    BusyCode.TOO_MANY: "its entries recur more often than can be worked out",
}
PARTS = ("Address", "User name", "Password")


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "busy-calendars", "practitioners' calendars elsewhere, which keep their time")

    add = add_command(verbs, "add", _add, "ask a calendar, and keep the practitioner's time free of it")
    add_json(add)
    add.add_argument("practitioner", help="slug of the practitioner")
    add.add_argument(
        "--kind",
        choices=[each.value for each in BusyCalendarKind],
        default=BusyCalendarKind.ICS.value,
        help="a file at a secret address, or an account; the standard input has the address, and of an "
        "account the user name and the password, a line each",
    )

    listing = add_list(verbs, in_transaction(_list), "all calendars, and how they are")
    listing.add_argument("--practitioner", help="slug: of this one alone")

    refresh = add_command(verbs, "refresh", _refresh, "ask now; all of them unless one is named")
    refresh.add_argument("id", nargs="?", type=uuid.UUID, help="of the calendar, as `list` shows it")

    remove = add_command(verbs, "remove", in_transaction(_remove), "forget a calendar and its copy")
    remove.add_argument("id", type=uuid.UUID, help="of the calendar, as `list` shows it")


def _add(arguments: argparse.Namespace, settings: Settings) -> int | None:
    kind = BusyCalendarKind(arguments.kind)
    source = CalendarSource(kind, *secret_lines(1 if kind is BusyCalendarKind.ICS else len(PARTS)))

    async def add(database: Database) -> uuid.UUID:
        async with database.read() as session:
            now = await current_time(session)
        calendar = await add_calendar(
            database,
            calendar_client(settings),
            arguments.practitioner,
            source,
            actor=command_line_actor(),
            now=now,
        )
        return calendar.id

    try:
        calendar = with_database(settings, add)
    except CalendarRefused as refused:
        message = f"The calendar was not added: {PROBLEMS[refused.code]}."
        raise InvalidInput(message, path=("url",), code=InvalidInputCode.UNKNOWN) from None
    except SeveralCalendars as several:
        print("The account has several calendars. Please add one by its own address:", file=sys.stderr)
        if arguments.json:
            print(as_json({"name": each.name, "url": each.url} for each in several.calendars))
        else:
            print(table(([each.name, each.url] for each in several.calendars), if_empty=""))
        return 1
    if arguments.json:
        print(json_of({"id": calendar, "practitioner": arguments.practitioner}))
    else:
        print(f"Calendar {calendar} keeps the time of {arguments.practitioner}.")
    return None


def secret_lines(count: int) -> list[str]:
    """The address and what opens it: from a person, unseen, or from a program, a line each."""
    if sys.stdin.isatty():
        return [getpass.getpass(f"{part}: ") for part in PARTS[:count]]
    return [sys.stdin.readline().rstrip("\r\n") for _ in range(count)]


async def _list(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    of = None if arguments.practitioner is None else [arguments.practitioner]
    calendars = await listed_calendars(session, of)
    if arguments.json:
        return as_json(map(_object, calendars))
    rows = [_row(each, now) for each in calendars]
    return table(rows, if_empty="There are no calendars. `book-online busy-calendars add` adds one.")


def _refresh(arguments: argparse.Namespace, settings: Settings) -> int | None:
    async def refresh(database: Database) -> list[ListedCalendar]:
        refresher = BusyCalendarRefresher(database, calendar_client(settings))
        async with database.read() as session:
            now = await current_time(session)
            chosen = [each.calendar.id for each in await listed_calendars(session)]
        if arguments.id is not None:
            chosen = [each for each in chosen if each == arguments.id]
            if not chosen:
                raise InvalidInput("There is no such calendar.", code=InvalidInputCode.UNKNOWN)
        await asyncio.gather(*(refresher.refresh(each, now=now) for each in chosen))
        async with database.read() as session:
            return [each for each in await listed_calendars(session) if each.calendar.id in chosen]

    asked = with_database(settings, refresh)
    print(table(([*_name(each), _state(each)] for each in asked), if_empty="There are no calendars."))
    return 1 if any(each.calendar.failure for each in asked) else None


async def _remove(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    practitioner = await remove_calendar(session, arguments.id, now=now)
    return f"It is forgotten. The time of {practitioner} is free of it."


def _row(listed: ListedCalendar, now: datetime) -> list[str]:
    copied_at = listed.calendar.copied_at
    minutes = (now - copied_at) // timedelta(minutes=1) if copied_at else None
    age = "never copied" if minutes is None else f"copied {minutes} min ago"
    return [*_name(listed), age, _state(listed)]


def _object(listed: ListedCalendar) -> dict[str, object]:
    names = ("id", "practitioner", "kind", "copied_at", "failing_since", "failure", "unread")
    return {"host": listed.host, **{name: getattr(listed.calendar, name) for name in names}}


def _name(listed: ListedCalendar) -> list[str]:
    return [str(listed.calendar.id), listed.calendar.practitioner, listed.calendar.kind, listed.host]


def _state(listed: ListedCalendar) -> str:
    calendar = listed.calendar
    if calendar.failure is not None and calendar.failing_since is not None:
        return f"failing since {calendar.failing_since:{SECOND}} UTC: {PROBLEMS[calendar.failure]}"
    return f"{calendar.unread} entries can't be read" if calendar.unread else "on"


def calendar_client(settings: Settings) -> OutboundClient:
    return OutboundClient(
        patience=PATIENCE_SECONDS, example=EXAMPLE, to_private=settings.calendars_to_private
    )
