"""The account of a calendar that visits are written into: encrypted as one, and asked for each event."""

import json
import uuid
from urllib.parse import unquote, urljoin, urlsplit

from booking.calendars.busy.caldav import NAMESPACES
from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.multistatus import DAV, resources_in
from booking.calendars.busy.source import CODES, MAX_BYTES, CalendarSource
from booking.domain.errors import InvalidInput
from booking.encryption.cipher import Ciphertext, Place
from booking.outbound_http.client import NoAnswer, OutboundAnswer, OutboundClient, OutboundRequest
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.desk.busy_calendars import BusyCalendarKind, BusyCode
from booking.storage.models.desk.visit_calendars import MAX_ETAG, VisitCalendar
from booking.storage.session import BookingSession

ETAGS = f"""<?xml version="1.0" encoding="utf-8"?>
<propfind {NAMESPACES}><prop><getetag/></prop></propfind>""".encode()
MULTI_STATUS = 207
GONE = {404, 410}


async def encrypt_account(session: BookingSession, id: uuid.UUID, source: CalendarSource) -> Ciphertext:
    """For the column `secret` of the calendar of this id."""
    key = await session.data_keys.clinic_key(KeyPurpose.CALENDAR_SECRET)
    return key.encrypt(json.dumps([source.url, source.username, source.password]), _place(id))


async def account_of(session: BookingSession, calendar: VisitCalendar) -> CalendarSource:
    key = await session.data_keys.clinic_key(KeyPurpose.CALENDAR_SECRET)
    secret = json.loads(key.decrypt(calendar.secret, _place(calendar.id)))
    return CalendarSource(BusyCalendarKind.CALDAV, *secret)


async def put_event(
    client: OutboundClient, account: CalendarSource, appointment: uuid.UUID, text: str
) -> str | None:
    """Write the event over whatever is at its address; its ETag, if the server tells it.

    Without a condition: the visit is as the clinic has it, whoever changed the event in the calendar.

    Raises:
        RefreshFailed: the server has not taken it.
    """
    headers = {"content-type": "text/calendar; charset=utf-8"}
    answer = await _ask(client, account, "PUT", event_url(account, appointment), headers, text.encode())
    _check(answer)
    etag = answer.headers.get("etag", "")
    return etag if 0 < len(etag) <= MAX_ETAG else None


async def delete_event(client: OutboundClient, account: CalendarSource, appointment: uuid.UUID) -> None:
    """Delete the event; one that is not there is deleted.

    Raises:
        RefreshFailed: the server has not done it.
    """
    answer = await _ask(client, account, "DELETE", event_url(account, appointment))
    if answer.status not in GONE:
        _check(answer)


async def etags(client: OutboundClient, account: CalendarSource) -> dict[str, str]:
    """The ETag of each resource of the calendar, by the last part of its address.

    Raises:
        RefreshFailed: the calendar can't be asked.
    """
    headers = {"content-type": "application/xml; charset=utf-8", "depth": "1"}
    answer = await _ask(client, account, "PROPFIND", account.url, headers, ETAGS)
    _check(answer)
    if answer.status != MULTI_STATUS:
        raise RefreshFailed(BusyCode.NOT_A_CALENDAR)
    return {_name(each.url): each.text(f"{DAV}getetag") for each in resources_in(answer.body, answer.url)}


def event_name(appointment: uuid.UUID) -> str:
    return f"{appointment}.ics"


def event_url(account: CalendarSource, appointment: uuid.UUID) -> str:
    return urljoin(f"{account.url.rstrip('/')}/", event_name(appointment))


async def _ask(
    client: OutboundClient,
    account: CalendarSource,
    method: str,
    url: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> OutboundAnswer:
    try:
        return await client.send(
            OutboundRequest(method, url, headers or {}, body, account.credentials, max_bytes=MAX_BYTES)
        )
    except InvalidInput:
        raise RefreshFailed(BusyCode.NOT_ALLOWED) from None
    except NoAnswer as reason:
        raise RefreshFailed(CODES.get(reason.code, BusyCode.UNREACHABLE)) from None


def _check(answer: OutboundAnswer) -> None:
    """Raise unless the server has done what it was asked."""
    if answer.status in (401, 403):
        raise RefreshFailed(BusyCode.WRONG_PASSWORD)
    if answer.status in (*GONE, 405, 409):  # 409 (RFC 4918, 9.7.1) and 405: there is no such collection.
        raise RefreshFailed(BusyCode.NOT_FOUND)
    if not 200 <= answer.status < 300:
        raise RefreshFailed(BusyCode.UNREACHABLE)


def _name(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]


def _place(id: uuid.UUID) -> Place:
    return Place("visit_calendars.secret", str(id))
