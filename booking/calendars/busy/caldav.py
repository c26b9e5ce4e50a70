"""Calendars on CalDAV servers (RFC 4791): found by their account, and read within a horizon."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.multistatus import CALDAV, CALENDAR_SERVER, DAV, Resource, resources_in
from booking.calendars.busy.source import MULTI_STATUS, CalendarSource, Fetched, ask
from booking.outbound_http.client import OutboundClient
from booking.storage.models.desk.busy_calendars import MAX_MARK, BusyCode

WELL_KNOWN = "/.well-known/caldav"  # RFC 6764
MAX_CALENDARS = 50
NAMESPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
PROPERTIES = f"""<?xml version="1.0" encoding="utf-8"?>
<propfind {NAMESPACES}><prop><resourcetype/><displayname/><sync-token/><S:getctag/><current-user-principal/>
<C:calendar-home-set/><C:supported-calendar-component-set/></prop></propfind>""".encode()
EVENTS = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query {namespaces}><prop><C:calendar-data/></prop><C:filter><C:comp-filter name="VCALENDAR">
<C:comp-filter name="VEVENT"><C:time-range start="{start}" end="{end}"/></C:comp-filter>
</C:comp-filter></C:filter></C:calendar-query>"""
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class FoundCalendar:
    """A calendar of an account, as the person calls it."""

    name: str
    url: str


async def find_calendars(client: OutboundClient, source: CalendarSource) -> Sequence[FoundCalendar]:
    """The calendar at the address; or else those of the account that the server there knows.

    Raises:
        RefreshFailed: there is none, or the server can't be asked.
    """
    try:
        here = await _resource(client, source, source.url)
    except RefreshFailed as failed:
        if failed.code not in (BusyCode.NOT_FOUND, BusyCode.NOT_A_CALENDAR, BusyCode.UNREACHABLE):
            raise
        here = None
    if here is not None and here.is_calendar:
        return [_found(here)]
    principals = here.links(f"{DAV}current-user-principal") if here else []
    if not principals:
        well_known = await _resource(client, source, urljoin(source.url, WELL_KNOWN))
        principals = well_known.links(f"{DAV}current-user-principal")
    if not principals:
        raise RefreshFailed(BusyCode.NOT_FOUND)
    principal = await _resource(client, source, principals[0])
    found: list[FoundCalendar] = []
    for home in principal.links(f"{CALDAV}calendar-home-set")[:MAX_CALENDARS]:
        inside = await _resources(client, source, home, depth="1")
        found += [_found(each) for each in inside if each.is_calendar and each.has_events]
    if not found:
        raise RefreshFailed(BusyCode.NOT_FOUND)
    return found[:MAX_CALENDARS]


async def fetch_caldav(
    client: OutboundClient, source: CalendarSource, mark: str | None, *, start: datetime, end: datetime
) -> Fetched:
    """What the calendar has between two instants, or that it is as at `mark`.

    The mark is the sync token (RFC 6578), which is another one after each change, or else the ctag.

    Raises:
        RefreshFailed: it can't be had.
    """
    here = await _resource(client, source, source.url)
    if not here.is_calendar:
        raise RefreshFailed(BusyCode.NOT_A_CALENDAR)
    token = here.text(f"{DAV}sync-token") or here.text(f"{CALENDAR_SERVER}getctag")
    new_mark = token if 0 < len(token) <= MAX_MARK else None
    if new_mark is not None and new_mark == mark:
        return Fetched(None, mark)
    span = {"start": start.astimezone(UTC).strftime(STAMP), "end": end.astimezone(UTC).strftime(STAMP)}
    query = EVENTS.format(namespaces=NAMESPACES, **span).encode()
    resources = await _resources(client, source, source.url, method="REPORT", body=query, depth="1")
    texts = (each.text(f"{CALDAV}calendar-data") for each in resources)
    return Fetched([text for text in texts if text], new_mark)


async def _resource(client: OutboundClient, source: CalendarSource, url: str) -> Resource:
    resources = await _resources(client, source, url, depth="0")
    if not resources:
        raise RefreshFailed(BusyCode.NOT_A_CALENDAR)
    return resources[0]


async def _resources(
    client: OutboundClient,
    source: CalendarSource,
    url: str,
    *,
    method: str = "PROPFIND",
    body: bytes = PROPERTIES,
    depth: str,
) -> Sequence[Resource]:
    headers = {"content-type": "application/xml; charset=utf-8", "depth": depth}
    answer = await ask(client, source, method, url, headers=headers, body=body)
    if answer.status != MULTI_STATUS:
        raise RefreshFailed(BusyCode.NOT_A_CALENDAR)
    return await asyncio.to_thread(resources_in, answer.body, answer.url)  # It may be long.


def _found(resource: Resource) -> FoundCalendar:
    name = " ".join(resource.text(f"{DAV}displayname").split())[:100]
    return FoundCalendar(name or urlsplit(resource.url).path.rstrip("/").rpartition("/")[2], resource.url)


def at(source: CalendarSource, calendar: FoundCalendar) -> CalendarSource:
    """The account's source for one of its calendars."""
    return replace(source, url=calendar.url)
