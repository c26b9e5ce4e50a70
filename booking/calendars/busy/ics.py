"""A calendar file at a secret address, asked by conditional requests."""

from booking.calendars.busy.source import NOT_MODIFIED, CalendarSource, Fetched, ask
from booking.outbound_http.client import OutboundClient
from booking.storage.models.desk.busy_calendars import MAX_MARK

CONDITIONS = {"etag": "if-none-match", "last-modified": "if-modified-since"}
"""By the header of an answer, the better first, that of the next request (RFC 9110, 13)."""


async def fetch_ics(client: OutboundClient, source: CalendarSource, mark: str | None) -> Fetched:
    """The file, or that it is the one of `mark`.

    Raises:
        RefreshFailed: it can't be had.
    """
    headers = {"accept": "text/calendar, */*;q=0.1"}
    name, _, value = (mark or "").partition(":")
    if name in CONDITIONS:
        headers[CONDITIONS[name]] = value
    answer = await ask(client, source, "GET", source.url, headers=headers)
    if answer.status == NOT_MODIFIED:
        return Fetched(None, mark)
    marks = (f"{name}:{answer.headers[name]}" for name in CONDITIONS if name in answer.headers)
    new_mark = next((each for each in marks if len(each) <= MAX_MARK), None)
    return Fetched([answer.body.decode("utf-8", "replace")], new_mark)
