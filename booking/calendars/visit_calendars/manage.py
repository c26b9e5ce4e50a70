"""Connects, lists and disconnects the calendars that practitioners' visits are written into."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking.appointments.blocked_time.desk_rows import actor_text
from booking.calendars.busy.caldav import find_calendars
from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.manage import CalendarRefused, SeveralCalendars, checked_source
from booking.calendars.busy.source import CalendarSource
from booking.calendars.visit_calendars.account import account_of, delete_event, encrypt_account
from booking.calendars.visit_calendars.worker import LEASE
from booking.catalogue.lookup import check_practitioner
from booking.domain.actor import Actor
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.outbound_http.client import OutboundClient
from booking.storage.database import Database
from booking.storage.models.desk.visit_calendars import VisitCalendar
from booking.storage.queries.desk.visit_calendars import (
    forget_written,
    visit_calendar_of,
    visit_calendars,
    written_visits,
)
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class ListedVisitCalendar:
    """A calendar, and the host of its address, which is all that is shown of that."""

    calendar: VisitCalendar
    host: str


async def connect_calendar(
    database: Database,
    client: OutboundClient,
    practitioner: str,
    source: CalendarSource,
    *,
    with_reference: bool,
    actor: Actor,
    now: datetime,
) -> VisitCalendar:
    """Find the calendar; from then on the practitioner's coming visits are written into it.

    Raises:
        NotFound: there is no such practitioner.
        InvalidInput: the address can't be used, or the practitioner has such a calendar already.
        CalendarRefused: it can't be asked, or is no calendar.
        SeveralCalendars: the account has several.
    """
    source = checked_source(source)
    async with database.read() as session:
        await check_practitioner(session, practitioner)
        await _check_free(session, practitioner)
    try:
        found = await find_calendars(client, source)
    except RefreshFailed as failed:
        raise CalendarRefused(failed.code) from None
    if len(found) > 1:
        raise SeveralCalendars(found)
    source = replace(source, url=found[0].url)
    async with database.write() as session:
        await _check_free(session, practitioner)
        new_id = uuid.uuid4()
        calendar = VisitCalendar(
            id=new_id,
            practitioner=practitioner,
            secret=await encrypt_account(session, new_id, source),
            with_reference=with_reference,
            created_at=now,
            created_by=actor_text(actor),
            next_write_at=now,
        )
        session.add(calendar)
        await session.flush()
        return calendar


async def disconnect_calendar(
    database: Database, client: OutboundClient, practitioner: str, *, keep_events: bool, now: datetime
) -> None:
    """Delete the coming visits in the calendar, unless they are to stay, and forget its account.

    Raises:
        NotFound: the practitioner has none.
        CalendarRefused: the events can't be deleted; the calendar stays connected.
    """
    async with database.write() as session:
        calendar = await visit_calendar_of(session, practitioner)
        if calendar is None:
            raise NotFound(f"No calendar of {practitioner!r} is connected.", path=("practitioner",))
        account, due_at = await account_of(session, calendar), calendar.next_write_at
        calendar.next_write_at = now + LEASE  # Nobody writes into it meanwhile.
        written = list(await written_visits(session, calendar.id))
    try:
        for appointment in [] if keep_events else written:
            await delete_event(client, account, appointment)
            async with database.write() as session:
                await forget_written(session, calendar.id, [appointment])
    except RefreshFailed as failed:
        async with database.write() as session:
            if (kept := await visit_calendar_of(session, practitioner)) is not None:
                kept.next_write_at = due_at
        raise CalendarRefused(failed.code) from None
    async with database.write() as session:
        if (left := await visit_calendar_of(session, practitioner)) is not None:
            await session.delete(left)


async def listed_visit_calendars(session: BookingSession) -> Sequence[ListedVisitCalendar]:
    return [
        ListedVisitCalendar(each, (await account_of(session, each)).host)
        for each in await visit_calendars(session)
    ]


async def _check_free(session: BookingSession, practitioner: str) -> None:
    if await visit_calendar_of(session, practitioner) is not None:
        message = "A calendar is connected already. Please disconnect it first."
        raise InvalidInput(message, path=("practitioner",), code=InvalidInputCode.CONFLICT)
