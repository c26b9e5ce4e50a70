"""The page of open times, visit by visit; also after a time that could not be had."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.scheduling.slots import slot_criteria
from booking.storage.session import BookingSession
from web.noscript.booking_state import BookingState
from web.noscript.offers import BookableService, LocationView, location_views
from web.noscript.open_days import alternatives, open_days
from web.noscript.refusals import refusal_text, requested_time, visit_index
from web.noscript.request import NoscriptRequest

CONFLICT = 409


@dataclass(frozen=True)
class Chosen:
    """A visit of a course whose time is chosen, and the address where it is chosen anew."""

    number: int
    at: datetime
    change: str


async def times_page(asked: NoscriptRequest) -> Response:
    """`GET /book/{service}/times`: `with` whom, `from` which day, `at` which times for the visits before."""
    async with asked.desk.database.read() as session:
        now = await asked.desk.now(session)
        offer = await asked.offer(session, now=now)
        if offer is None:
            return asked.go_home()
        around = await location_views(session, asked.say)
        journey = _usable(asked.journey, offer, around)
        if offer.visits == 1:
            # Its one time is never chosen before: that is what the page is for.
            journey = replace(journey, choices=())
        if len(journey.choices) < offer.visits:
            return await _times(asked, session, offer, journey, around, now=now)
    return await asked.page(
        "visits",
        offer=offer,
        journey=journey.with_new_key(),
        chosen=_chosen(asked, journey, around),
        person=_name(offer, journey),
        query=journey.chosen(),
    )


async def times_after_refusal(
    asked: NoscriptRequest, journey: BookingState, refusal: BookingError
) -> Response:
    """Others than the one that is refused; what was answered and typed stays."""
    async with asked.desk.database.read() as session:
        now = await asked.desk.now(session)
        offer = await asked.offer(session, now=now)
        if offer is None:
            return asked.go_home()
        around = await location_views(session, asked.say)
        journey = _usable(journey, offer, around)
        return await _times(asked, session, offer, journey, around, now=now, refusal=refusal)


async def _times(
    asked: NoscriptRequest,
    session: BookingSession,
    offer: BookableService,
    journey: BookingState,
    around: Mapping[str, LocationView],
    *,
    now: datetime,
    refusal: BookingError | None = None,
) -> Response:
    visit, why, nearest = _visit(asked, journey), None, []
    asked_day = asked.form.get("from")
    if refusal is not None and journey.choices:
        place = min(visit_index(refusal), len(journey.choices) - 1)
        visit, choice = place + 1, journey.choices[place]
        at = choice.starts_at.astimezone(around[choice.location].zone)
        why, asked_day = refusal_text(refusal, at, asked.say), at.date().isoformat()
        journey = journey.without(place)
    wish = await slot_criteria(session, offer.slug, journey.with_whom)
    if refusal is not None and (wanted := requested_time(refusal)):
        nearest = await alternatives(session, wish, wanted, journey, around, now=now)
    days = await open_days(session, wish, journey, around, asked_day, now=now)

    def turned_to(day: date) -> str:
        return asked.url("times", [*journey.chosen(), ("visit", str(visit)), ("from", day.isoformat())])

    return await asked.page(
        "times",
        status=CONFLICT if refusal else 200,
        offer=offer,
        journey=journey.with_new_key(),
        visit=visit,
        days=days,
        zone_note=asked.say.zone_note(now.astimezone(days.zone)),
        refused=why,
        nearest=nearest,
        turned_to=turned_to,
        chosen=_chosen(asked, journey, around),
        person=_name(offer, journey),
        query=[*journey.chosen(), ("visit", str(visit)), ("from", days.first.isoformat())],
    )


def _usable(
    journey: BookingState, offer: BookableService, around: Mapping[str, LocationView]
) -> BookingState:
    """What the clinic still has: an address may be old, or made up."""
    people = {person.slug for person in offer.people}
    choices = [
        choice
        for choice in journey.choices
        if choice.location in around and (choice.practitioner is None or choice.practitioner in people)
    ]
    wished = journey.practitioner if journey.practitioner in people else None
    return replace(journey, practitioner=wished, choices=tuple(choices[: offer.visits]))


def _chosen(
    asked: NoscriptRequest, journey: BookingState, around: Mapping[str, LocationView]
) -> list[Chosen]:
    visits = []
    for place, choice in enumerate(journey.choices):
        at = choice.starts_at.astimezone(around[choice.location].zone)
        again = [("visit", str(place + 1)), ("from", at.date().isoformat())]
        others = [*journey.without(place).chosen(), *again]
        visits.append(Chosen(place + 1, at, asked.url("times", others)))
    return visits


def _visit(asked: NoscriptRequest, journey: BookingState) -> int:
    """Which visit of a course is being chosen."""
    named = asked.form.get("visit")
    free = len(journey.choices) + 1
    return min(int(named), free) if named.isdecimal() and named.isascii() and 0 < len(named) < 3 else free


def _name(offer: BookableService, journey: BookingState) -> str:
    """With whom; empty for anyone."""
    return next((person.full for person in offer.people if person.slug == journey.with_whom), "")
