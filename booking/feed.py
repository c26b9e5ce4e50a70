"""A practitioner's calendar to subscribe to: its secret given, renewed, ended; and what is in it."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue
from booking.calendar_file import feed_file
from booking.errors import InvalidInput, NotFound
from booking.storage import appointments, queries
from booking.storage.feeds import CalendarFeed, practitioner_of_feed
from booking.tokens import hash_of, new_token

KEPT = timedelta(days=30)
"""How long what is over, or was cancelled, stays in the calendar."""
AHEAD = timedelta(days=731)


async def give_feed(session: AsyncSession, practitioner: str, *, renew: bool, now: datetime) -> str:
    """Its secret, which is told only here. Refuses with NotFound, and with InvalidInput as needed.

    With `renew` the one before is good for nothing any more.
    """
    await catalogue.practitioner(session, practitioner)
    feed = await session.get(CalendarFeed, practitioner)
    if feed and not renew:
        message = "There is a feed already; its address was shown when it was made. `--renew` makes another."
        raise InvalidInput(message, path=("practitioner",))
    if renew and not feed:
        raise _no_feed(practitioner)
    token = new_token()
    if feed:
        feed.token_hash, feed.created_at = hash_of(token), now
    else:
        session.add(CalendarFeed(practitioner=practitioner, token_hash=hash_of(token), created_at=now))
    await session.flush()
    return token


async def end_feed(session: AsyncSession, practitioner: str) -> None:
    """Refuses with NotFound."""
    feed = await session.get(CalendarFeed, practitioner)
    if feed is None:
        raise _no_feed(practitioner)
    await session.delete(feed)


async def feed(session: AsyncSession, token: str, *, now: datetime) -> str | None:
    """The iCalendar file; None for whatever secret isn't good (any more), all alike."""
    practitioner = await practitioner_of_feed(session, hash_of(token))
    if practitioner is None:
        return None
    since = now - KEPT
    visits = await appointments.visits_with(session, practitioner.slug, since=since)
    away = await queries.time_off_between(session, since, now + AHEAD, practitioners=[practitioner.slug])
    # A full calendar takes a tenth of a second to write, in which others are to be served.
    return await asyncio.to_thread(
        feed_file,
        await queries.the_clinic(session),
        practitioner,
        visits,
        away,
        await queries.services_by_slug(session, {visit.service for visit in visits}),
        await queries.locations_by_slug(session, {visit.location for visit in visits}),
    )


def _no_feed(practitioner: str) -> NotFound:
    return NotFound(f"There is no feed of {practitioner!r}.", path=("practitioner",))
