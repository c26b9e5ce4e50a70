"""Where a calendar elsewhere is: its address, name and password, encrypted as one; and what it answers."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from booking.calendars.busy.failure import RefreshFailed
from booking.domain.errors import InvalidInput
from booking.encryption.cipher import Ciphertext, Place
from booking.outbound_http.client import (
    NoAnswer,
    NoAnswerCode,
    OutboundAnswer,
    OutboundClient,
    OutboundRequest,
)
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.desk.busy_calendars import BusyCalendar, BusyCalendarKind, BusyCode
from booking.storage.session import BookingSession

MAX_BYTES = 20 * 1024 * 1024
"""A calendar of ten full years has about half of it."""
PATIENCE_SECONDS = 30.0
"""For a whole answer; a visitor waits for less of it."""
EXAMPLE = "https://calendar.example/secret/basic.ics"
REDIRECTS = 5
OK, MULTI_STATUS, NOT_MODIFIED = 200, 207, 304


@dataclass(frozen=True)
class CalendarSource:
    """A calendar's address. Both `username` and `password` are empty where it needs none."""

    kind: BusyCalendarKind
    url: str = field(repr=False)
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def credentials(self) -> tuple[str, str] | None:
        return (self.username, self.password) if self.username else None

    @property
    def host(self) -> str:
        """All of the address that is ever shown."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Fetched:
    """`texts` are calendar files; None where all is as at `mark`, by which the server names a state."""

    texts: Sequence[str] | None
    mark: str | None


async def encrypt_source(session: BookingSession, id: uuid.UUID, source: CalendarSource) -> Ciphertext:
    """For the column `secret` of the calendar of this id."""
    key = await session.data_keys.clinic_key(KeyPurpose.CALENDAR_SECRET)
    return key.encrypt(json.dumps([source.url, source.username, source.password]), _place(id))


async def source_of(session: BookingSession, calendar: BusyCalendar) -> CalendarSource:
    key = await session.data_keys.clinic_key(KeyPurpose.CALENDAR_SECRET)
    return CalendarSource(calendar.kind, *json.loads(key.decrypt(calendar.secret, _place(calendar.id))))


async def ask(
    client: OutboundClient,
    source: CalendarSource,
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> OutboundAnswer:
    """An answer whose status is 2xx, or 304.

    Raises:
        RefreshFailed: with the reason; of the answer no word is repeated.
    """
    try:
        answer = await client.send(
            OutboundRequest(
                method, url, headers or {}, body, source.credentials, max_bytes=MAX_BYTES, redirects=REDIRECTS
            )
        )
    except InvalidInput:
        raise RefreshFailed(BusyCode.NOT_ALLOWED) from None
    except NoAnswer as reason:
        raise RefreshFailed(CODES.get(reason.code, BusyCode.UNREACHABLE)) from None
    if answer.status in (401, 403):
        raise RefreshFailed(BusyCode.WRONG_PASSWORD)
    if answer.status in (404, 410):
        raise RefreshFailed(BusyCode.NOT_FOUND)
    if not 200 <= answer.status < 300 and answer.status != NOT_MODIFIED:
        raise RefreshFailed(BusyCode.UNREACHABLE)
    return answer


CODES = {NoAnswerCode.TOO_LONG: BusyCode.TOO_LONG, NoAnswerCode.REDIRECT: BusyCode.NOT_ALLOWED}


def _place(id: uuid.UUID) -> Place:
    return Place("busy_calendars.secret", str(id))
