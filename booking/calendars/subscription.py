"""A practitioner's calendar to subscribe to: its secret given, renewed, ended; and what is in it."""

import asyncio
from datetime import datetime, timedelta

from booking.calendars.ical import practitioner_ical
from booking.catalogue.lookup import check_practitioner
from booking.domain.errors import InvalidInput, NotFound
from booking.domain.tokens import hash_of, new_token
from booking.storage.models.calendar_feeds import CalendarFeed
from booking.storage.queries.appointments import appointments_of_practitioner
from booking.storage.queries.calendar_feeds import practitioner_of_feed
from booking.storage.queries.catalogue import (
    get_clinic,
    locations_by_slug,
    services_by_slug,
    time_off_between,
)
from booking.storage.session import BookingSession

PAST_SHOWN = timedelta(days=30)
"""How long what is over, or was cancelled, stays in the calendar."""
FUTURE_SHOWN = timedelta(days=731)


async def create_feed(session: BookingSession, practitioner: str, *, renew: bool, now: datetime) -> str:
    """Its secret, which is told only here. Refuses with NotFound, and with InvalidInput as needed.

    With `renew` the one before is good for nothing any more.
    """
    await check_practitioner(session, practitioner)
    render_feed = await session.get(CalendarFeed, practitioner)
    if render_feed and not renew:
        message = "There is a feed already; its address was shown when it was made. `--renew` makes another."
        raise InvalidInput(message, path=("practitioner",))
    if renew and not render_feed:
        raise _no_feed(practitioner)
    token = new_token()
    if render_feed:
        render_feed.token_hash, render_feed.created_at = hash_of(token), now
    else:
        session.add(CalendarFeed(practitioner=practitioner, token_hash=hash_of(token), created_at=now))
    await session.flush()
    return token


async def delete_feed(session: BookingSession, practitioner: str) -> None:
    """Refuses with NotFound."""
    render_feed = await session.get(CalendarFeed, practitioner)
    if render_feed is None:
        raise _no_feed(practitioner)
    await session.delete(render_feed)


async def render_feed(session: BookingSession, token: str, *, now: datetime) -> str | None:
    """The iCalendar file; None for whatever secret isn't good (any more), all alike."""
    practitioner = await practitioner_of_feed(session, hash_of(token))
    if practitioner is None:
        return None
    since = now - PAST_SHOWN
    visits = await appointments_of_practitioner(session, practitioner.slug, since=since)
    away = await time_off_between(session, since, now + FUTURE_SHOWN, practitioners=[practitioner.slug])
    # A full calendar takes a tenth of a second to write, in which others are to be served.
    return await asyncio.to_thread(
        practitioner_ical,
        await get_clinic(session),
        practitioner,
        visits,
        away,
        await services_by_slug(session, {visit.service for visit in visits}),
        await locations_by_slug(session, {visit.location for visit in visits}),
    )


def _no_feed(practitioner: str) -> NotFound:
    return NotFound(f"There is no feed of {practitioner!r}.", path=("practitioner",))
