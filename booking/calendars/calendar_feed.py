"""A practitioner's feeds: secrets are created, renewed and deleted here; the calendar is rendered."""

import asyncio
from datetime import datetime, timedelta

from booking.calendars.ical import practitioner_ical
from booking.catalogue.lookup import all_locations, all_services, check_practitioner
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.tokens import hash_of, new_token
from booking.scheduling.time_off import times_away
from booking.storage.models.calendar_feeds import AnyFeed, CalendarFeed, FreeBusyFeed
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.storage.queries.appointments import appointments_of_practitioner
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.blocked_time import desk_times_between
from booking.storage.queries.secrets import practitioner_of_feed
from booking.storage.session import BookingSession

PAST_SHOWN = timedelta(days=30)
"""How long a past or cancelled appointment stays in the calendar."""
FUTURE_SHOWN = timedelta(days=731)


async def create_feed(
    session: BookingSession,
    practitioner: str,
    *,
    kind: AnyFeed = CalendarFeed,
    renew: bool,
    now: datetime,
) -> str:
    """The secret of the feed, which is returned only here. With `renew` the former secret ends.

    Raises:
        NotFound: there is no such practitioner, or no feed to renew.
        InvalidInput: there is a feed already.
    """
    await check_practitioner(session, practitioner)
    feed: CalendarFeed | FreeBusyFeed | None = await session.get(kind, practitioner)
    if feed and not renew:
        message = "There is a feed already; its address was shown when it was made. `--renew` makes another."
        raise InvalidInput(message, path=("practitioner",), code=InvalidInputCode.CONFLICT)
    if renew and not feed:
        raise _no_feed(practitioner)
    token = new_token()
    if feed:
        feed.token_hash, feed.created_at = hash_of(token), now
    else:
        session.add(kind(practitioner=practitioner, token_hash=hash_of(token), created_at=now))
    await session.flush()
    return token


async def delete_feed(session: BookingSession, practitioner: str, *, kind: AnyFeed = CalendarFeed) -> None:
    """End the feed.

    Raises:
        NotFound: the practitioner has none.
    """
    feed = await session.get(kind, practitioner)
    if feed is None:
        raise _no_feed(practitioner)
    await session.delete(feed)


async def render_feed(session: BookingSession, token: str, *, now: datetime) -> str | None:
    """The iCalendar file; None for an unknown secret and for a deleted one, without a difference."""
    practitioner = await practitioner_of_feed(session, hash_of(token))
    if practitioner is None:
        return None
    since = now - PAST_SHOWN
    appointments = await appointments_of_practitioner(session, practitioner.slug, since=since)
    span, of = (since, now + FUTURE_SHOWN), [practitioner.slug]
    time_off = await times_away(session, *span, practitioners=of)
    blocked = await desk_times_between(session, BlockedTime, *span, practitioners=of)
    away = {(row.starts_at, row.ends_at) for row in time_off}
    away |= {(row.starts_at, row.ends_at) for row in blocked}
    # In a thread: a full calendar takes a tenth of a second to write, and other requests go on meanwhile.
    return await asyncio.to_thread(
        practitioner_ical,
        await get_clinic(session),
        practitioner,
        appointments,
        away,
        await all_services(session),
        await all_locations(session),
    )


def _no_feed(practitioner: str) -> NotFound:
    return NotFound(f"There is no feed of {practitioner!r}.", path=("practitioner",))
