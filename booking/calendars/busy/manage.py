"""Practitioners' calendars elsewhere: added once they were asked, listed with what collides, removed."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking.appointments.blocked_time.desk_rows import actor_text, apply_change, lock_practitioner
from booking.calendars.busy.caldav import FoundCalendar, find_calendars
from booking.calendars.busy.copy import Copy, make_copy, put_copy, question_for
from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.source import EXAMPLE, CalendarSource, encrypt_source, source_of
from booking.catalogue.lookup import check_practitioner
from booking.domain.actor import Actor
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.outbound_http.client import OutboundClient
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendar, BusyCalendarKind, BusyCode
from booking.storage.queries.appointments import upcoming_appointments
from booking.storage.queries.desk.busy_calendars import (
    busy_calendar_by_id,
    busy_calendars,
    intervals_of_calendars,
)
from booking.storage.session import BookingSession

MAX_CALENDARS = 10
"""Of one practitioner."""
MAX_SECRET = 1000
FOR_FILES = ("webcal://", "webcals://")


@dataclass
class CalendarRefused(Exception):
    """The calendar can't be asked as it is given."""

    code: BusyCode


@dataclass
class SeveralCalendars(Exception):
    """The account has several: one of them has to be chosen, by its address."""

    calendars: Sequence[FoundCalendar]


@dataclass(frozen=True)
class ListedCalendar:
    """A calendar, and the host of its address, which is all that is shown of that."""

    calendar: BusyCalendar
    host: str


async def add_calendar(
    database: Database,
    client: OutboundClient,
    practitioner: str,
    source: CalendarSource,
    *,
    actor: Actor,
    now: datetime,
) -> BusyCalendar:
    """Ask the calendar, then add it with its first copy: from then on it keeps the practitioner's time.

    Raises:
        NotFound: there is no such practitioner.
        InvalidInput: the address can't be used, or there are too many calendars.
        CalendarRefused: it can't be asked, or is no calendar.
        SeveralCalendars: the account has several.
        TryAgain: the database can't answer just now.
    """
    source = checked_source(source)
    async with database.read() as session:
        await check_practitioner(session, practitioner)
        await _check_count(session, practitioner)
        question = await question_for(session, source)
    try:
        if source.kind is BusyCalendarKind.CALDAV:
            found = await find_calendars(client, source)
            if len(found) > 1:
                raise SeveralCalendars(found)
            source = replace(source, url=found[0].url)
        copy = await make_copy(client, replace(question, source=source), now=now)
    except RefreshFailed as failed:
        raise CalendarRefused(failed.code) from None
    async with database.write() as session:
        return await _add(session, practitioner, source, copy, actor=actor, now=now)


async def _add(
    session: BookingSession,
    practitioner: str,
    source: CalendarSource,
    copy: Copy,
    *,
    actor: Actor,
    now: datetime,
) -> BusyCalendar:
    await lock_practitioner(session, practitioner)
    await _check_count(session, practitioner)
    if any(
        [await source_of(session, each) == source for each in await busy_calendars(session, [practitioner])]
    ):
        message = "This calendar is there already."
        raise InvalidInput(message, path=("url",), code=InvalidInputCode.CONFLICT)
    calendar_id = uuid.uuid4()
    calendar = BusyCalendar(
        id=calendar_id,
        practitioner=practitioner,
        kind=source.kind,
        secret=await encrypt_source(session, calendar_id, source),
        created_at=now,
        created_by=actor_text(actor),
        next_ask_at=now,
        unread=0,
    )
    session.add(calendar)
    await put_copy(session, calendar, copy, asked_at=now)
    await apply_change(session, practitioner, now=now)
    return calendar


async def listed_calendars(
    session: BookingSession, practitioners: Collection[str] | None = None
) -> list[ListedCalendar]:
    """All calendars, or those of these practitioners."""
    return [
        ListedCalendar(each, (await source_of(session, each)).host)
        for each in await busy_calendars(session, practitioners)
    ]


async def colliding_visits(
    session: BookingSession, practitioners: Collection[str], *, now: datetime
) -> list[uuid.UUID]:
    """Those of these practitioners that can't take place as they are, in order of time.

    A visit that staff have squeezed in over an event is none of them.
    """
    calendars = await busy_calendars(session, practitioners)
    if not calendars:
        return []
    visits = [row for row in await upcoming_appointments(session, now) if row.impossible_since is not None]
    if not visits:
        return []
    last = max(row.ends_at for row in visits)
    intervals = await intervals_of_calendars(session, [each.id for each in calendars], now, last)
    busy = [
        (each.practitioner, first, end) for each in calendars for first, end in intervals.get(each.id, ())
    ]
    return [
        row.id
        for row in visits
        if not row.squeeze_in
        and any(
            who == row.practitioner and first < row.ends_at and end > row.starts_at
            for who, first, end in busy
        )
    ]


async def remove_calendar(
    session: BookingSession, id: uuid.UUID, *, only_practitioner: str | None = None, now: datetime
) -> str:
    """Forget the calendar, its address and its copy; the slug of its practitioner.

    Raises:
        NotFound: there is no such calendar (any more), or it is of somebody else than the only practitioner.
    """
    calendar = await busy_calendar_by_id(session, id)
    if calendar is not None:
        await lock_practitioner(session, calendar.practitioner)
        calendar = await busy_calendar_by_id(session, id)
    if calendar is None or only_practitioner not in (None, calendar.practitioner):
        raise NotFound("This calendar is not there any more.", path=("id",))
    await session.delete(calendar)
    await apply_change(session, calendar.practitioner, now=now)
    return calendar.practitioner


def checked_source(source: CalendarSource) -> CalendarSource:
    """The source with an address that a client can ask.

    Raises:
        InvalidInput: it has none, or half of a name and a password, or they are too long.
    """
    url = source.url.strip()
    for scheme in FOR_FILES:
        if url.lower().startswith(scheme):
            url = "https://" + url[len(scheme) :]
    if not url:
        raise InvalidInput(
            f"Please give the calendar's address. It looks like {EXAMPLE}",
            path=("url",),
            code=InvalidInputCode.REQUIRED,
        )
    needs_both = source.kind is BusyCalendarKind.CALDAV or source.username or source.password
    if needs_both and not (source.username and source.password):
        missing = "password" if source.username else "username"
        message = "Please give both the name and the password of the account."
        raise InvalidInput(message, path=(missing,), code=InvalidInputCode.REQUIRED)
    for name in ("username", "password"):
        if len(getattr(source, name)) > MAX_SECRET or ":" in source.username:
            message = "This is no name or password of an account."
            raise InvalidInput(message, path=(name,), code=InvalidInputCode.WRONG_FORMAT)
    return replace(source, url=url)


async def _check_count(session: BookingSession, practitioner: str) -> None:
    if len(await busy_calendars(session, [practitioner])) >= MAX_CALENDARS:
        message = f"There are {MAX_CALENDARS} calendars already. Please remove one first."
        raise InvalidInput(message, code=InvalidInputCode.CONFLICT)
