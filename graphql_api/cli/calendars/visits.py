"""`book-online visit-calendars`: practitioners' calendars that their visits are written into."""

import argparse
import sys
from datetime import datetime

from booking.calendars.busy.manage import CalendarRefused, SeveralCalendars
from booking.calendars.busy.source import CalendarSource
from booking.calendars.visit_calendars.manage import (
    ListedVisitCalendar,
    connect_calendar,
    disconnect_calendar,
    listed_visit_calendars,
)
from booking.calendars.visit_calendars.worker import LEASE
from booking.calendars.visit_calendars.write import VisitCalendarWriter
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendarKind, BusyCode
from booking.storage.models.desk.visit_calendars import VisitCalendar
from booking.storage.queries.clock import current_time
from booking.storage.queries.desk.visit_calendars import claim_visit_calendar, visit_calendar_by_id
from booking.storage.session import BookingSession
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.calendars.busy import PARTS, PROBLEMS, calendar_client, secret_lines
from graphql_api.cli.command import Commands, add_command, add_list, add_verbs, as_json, table
from graphql_api.cli.transaction import in_transaction, with_database
from graphql_api.cli.values import SECOND
from graphql_api.settings import Settings

WRITING_PROBLEMS = PROBLEMS | {
    BusyCode.WRONG_PASSWORD: "its server doesn't take the password, or lets nobody write",
    BusyCode.NOT_FOUND: "there is no calendar to write into at the address",
}


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "visit-calendars", "CalDAV calendars that visits are written into")

    connect = add_command(
        verbs,
        "connect",
        _connect,
        "write a practitioner's coming visits into a calendar; the standard input has the server's address, "
        "the user name and the password, a line each",
    )
    connect.add_argument("practitioner", help="slug of the practitioner")
    connect.add_argument("--with-reference", action="store_true", help="each visit's reference in its title")

    add_list(verbs, in_transaction(_list), "all such calendars, and how they are")

    disconnect = add_command(
        verbs, "disconnect", _disconnect, "delete the coming visits there, and forget it"
    )
    disconnect.add_argument("practitioner", help="slug of the practitioner")
    disconnect.add_argument("--keep-events", action="store_true", help="leave in the calendar what is there")


def _connect(arguments: argparse.Namespace, settings: Settings) -> int | None:
    source = CalendarSource(BusyCalendarKind.CALDAV, *secret_lines(len(PARTS)))

    async def connect(database: Database) -> tuple[VisitCalendar, int]:
        client = calendar_client(settings)
        async with database.read() as session:
            now = await current_time(session)
        calendar = await connect_calendar(
            database,
            client,
            arguments.practitioner,
            source,
            with_reference=arguments.with_reference,
            actor=command_line_actor(),
            now=now,
        )
        count = 0
        async with database.write() as session:
            # A running server may have been faster.
            is_claimed = await claim_visit_calendar(session, calendar.id, now=now, until=now + LEASE)
        if is_claimed:
            count = await VisitCalendarWriter(database, client).write(calendar.id, now=now)
        async with database.read() as session:
            return await visit_calendar_by_id(session, calendar.id) or calendar, count

    try:
        calendar, count = with_database(settings, connect)
    except CalendarRefused as refused:
        message = f"The calendar was not connected: {WRITING_PROBLEMS[refused.code]}."
        raise InvalidInput(message, path=("url",), code=InvalidInputCode.UNKNOWN) from None
    except SeveralCalendars as several:
        print("The account has several calendars. Please connect one by its own address:", file=sys.stderr)
        print(table(([each.name, each.url] for each in several.calendars), if_empty=""))
        return 1
    print(f"The visits of {arguments.practitioner} are written into the calendar; {count} are there now.")
    if calendar.failure is None:
        return None
    print(f"warning: not all of them yet: {WRITING_PROBLEMS[calendar.failure]}", file=sys.stderr)
    return 1


def _disconnect(arguments: argparse.Namespace, settings: Settings) -> None:
    async def disconnect(database: Database) -> None:
        async with database.read() as session:
            now = await current_time(session)
        await disconnect_calendar(
            database,
            calendar_client(settings),
            arguments.practitioner,
            keep_events=arguments.keep_events,
            now=now,
        )

    try:
        with_database(settings, disconnect)
    except CalendarRefused as refused:
        message = (
            f"The visits there can't be deleted: {WRITING_PROBLEMS[refused.code]}. "
            "The calendar stays connected. `--keep-events` disconnects it and leaves them."
        )
        raise InvalidInput(message, code=InvalidInputCode.UNKNOWN) from None
    print(f"Visits of {arguments.practitioner} are no longer written into a calendar.")


async def _list(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    calendars = await listed_visit_calendars(session)
    if arguments.json:
        return as_json(map(_object, calendars))
    return table(
        map(_row, calendars),
        if_empty="There are none. `book-online visit-calendars connect` connects one.",
    )


def _row(listed: ListedVisitCalendar) -> list[str]:
    calendar = listed.calendar
    written = calendar.written_at
    state = f"written {written:{SECOND}} UTC" if written else "not written yet"
    if calendar.failure is not None and calendar.failing_since is not None:
        since = f"{calendar.failing_since:{SECOND}}"
        state = f"failing since {since} UTC: {WRITING_PROBLEMS[calendar.failure]}"
    return [calendar.practitioner, listed.host, state]


def _object(listed: ListedVisitCalendar) -> dict[str, object]:
    names = ("practitioner", "written_at", "failing_since", "failure")
    return {"host": listed.host, **{name: getattr(listed.calendar, name) for name in names}}
