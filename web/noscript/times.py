"""The page of open times, visit by visit; also the answer to a time that is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus

from starlette.responses import Response

from booking.domain import errors
from booking.domain.error_text import is_worded_by_feature
from booking.domain.errors import BookingError
from booking.domain.open_slot import RequestedTime
from booking.i18n.texts import Texts
from booking.scheduling.criteria import slot_criteria
from booking.waiting_list.rules import has_waiting_list
from web.noscript.booking_state import BookingState
from web.noscript.open_days import TimeSearch
from web.noscript.request import NoscriptRequest
from web.noscript.views import LocationView, ServiceView, location_views

REASONS = {
    errors.SlotTaken: "problem.taken",
    errors.NotOpen: "problem.notOpen",
    errors.NoticeTooShort: "problem.tooSoon",
    errors.BeyondHorizon: "problem.tooFar",
    errors.NotQualified: "problem.notQualified",
    errors.HoldExpired: "problem.expired",
}


@dataclass(frozen=True)
class RefusedTime:
    """A time, and why it is refused."""

    reason: str
    starts_at: datetime


@dataclass(frozen=True)
class ChosenVisit:
    """A visit of a course whose time is chosen; `change_url` is the page to choose another."""

    number: int
    starts_at: datetime
    change_url: str


def may_choose_another_time(refusal: BookingError) -> bool:
    return isinstance(refusal, tuple(REASONS)) or is_worded_by_feature(refusal)


def requested_time(refusal: BookingError) -> RequestedTime | None:
    """The time that a refusal is about, if times near it may be open."""
    if isinstance(refusal, errors.SlotTaken | errors.NotOpen | errors.HoldExpired):
        return refusal.wanted
    return None


async def times_page(request: NoscriptRequest, refusal: BookingError | None = None) -> Response:
    """`GET /book/{service}/times`: `with` a practitioner, `from` a day, `at` the visits chosen before.

    After a refusal it offers times instead of the refused one, and keeps the answers and details.
    """
    # An address from elsewhere may wish for a time; its day is shown first.
    refused, nearest, from_day = None, [], request.form.get("from") or request.form.get("at")
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        service = await request.find_service(session, now=now)
        if service is None:
            return request.redirect(request.url(service=""))
        locations = await location_views(session, request.texts)
        state = _usable(request.state, service, locations)
        if refusal is None and service.visits == 1:
            # A link to this page may carry a time, but the page is where that time is chosen.
            state = replace(state, choices=())
        if refusal is None and len(state.choices) == service.visits:
            return await _chosen_visits_page(request, service, state, locations)
        visit = _visit_number(request, state)
        if refusal is not None and state.choices:
            index = min(_visit_index(refusal), len(state.choices) - 1)
            visit, starts_at = index + 1, _local_start(state, index, locations)
            refused, from_day = _refused_time(refusal, starts_at, request.texts), starts_at.date().isoformat()
            state = state.without_choice(index)
        criteria = await slot_criteria(session, service.slug, state.practitioner)
        search = TimeSearch(request.site.database, session, criteria, state, locations, now)
        if refusal is not None and (wanted := requested_time(refusal)):
            nearest = await search.alternatives(wanted)
        days = await search.open_days(from_day)
        is_first_page = refusal is None and not state.choices and days.earlier is None
        soonest = await search.soonest() if is_first_page and not request.form.get("at") else []
        # A course is booked as one: nobody can wait for it.
        can_wait = service.visits == 1 and await has_waiting_list(session)

    practitioners = {practitioner.slug: practitioner for practitioner in service.practitioners}

    def query_from(day: date) -> list[tuple[str, str]]:
        return [*state.url_fields(), ("visit", str(visit)), ("from", day.isoformat())]

    return await request.page(
        "times",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        service=service,
        state=state.with_new_key(),
        visit=visit,
        days=days,
        zone_note=request.texts.zone_note(*days.extent),
        refused=refused,
        nearest=nearest,
        soonest=[(each.time, practitioners.get(each.practitioner), each.label) for each in soonest],
        query_from=query_from,
        chosen=_chosen_visits(request, state, locations),
        practitioner=_practitioner_name(service, state),
        query=query_from(days.first),
        can_wait=can_wait,
    )


async def _chosen_visits_page(
    request: NoscriptRequest,
    service: ServiceView,
    state: BookingState,
    locations: Mapping[str, LocationView],
) -> Response:
    """All visits of a course, before their times are held."""
    return await request.page(
        "visits",
        service=service,
        state=state.with_new_key(),
        chosen=_chosen_visits(request, state, locations),
        practitioner=_practitioner_name(service, state),
        query=state.url_fields(),
    )


def _usable(state: BookingState, service: ServiceView, locations: Mapping[str, LocationView]) -> BookingState:
    """The state without what the clinic does not offer: an address may be old or made up."""
    practitioners = {practitioner.slug for practitioner in service.practitioners}
    choices = [
        choice
        for choice in state.choices
        if choice.location in locations and choice.practitioner in (None, *practitioners)
    ]
    preferred = state.preferred_practitioner if state.preferred_practitioner in practitioners else None
    return replace(state, preferred_practitioner=preferred, choices=tuple(choices[: service.visits]))


def _refused_time(refusal: BookingError, starts_at: datetime, texts: Texts) -> RefusedTime:
    if is_worded_by_feature(refusal):
        return RefusedTime(refusal.in_language(texts.language), starts_at)
    return RefusedTime(texts(REASONS.get(type(refusal), "problem.other")), starts_at)


def _visit_index(refusal: BookingError) -> int:
    """The refused one of several times, which are sent in the order of the visits."""
    last = refusal.path[-1] if refusal.path else ""
    return int(last) if last.isdecimal() else 0


def _visit_number(request: NoscriptRequest, state: BookingState) -> int:
    """The visit of a course that is being chosen, counted from 1."""
    sent, first_open = request.form.get("visit"), len(state.choices) + 1
    is_number = sent.isdecimal() and sent.isascii() and len(sent) < 3
    return min(int(sent), first_open) if is_number else first_open


def _chosen_visits(
    request: NoscriptRequest, state: BookingState, locations: Mapping[str, LocationView]
) -> list[ChosenVisit]:
    visits = []
    for index in range(len(state.choices)):
        starts_at, number = _local_start(state, index, locations), index + 1
        this_visit = [("visit", str(number)), ("from", starts_at.date().isoformat())]
        change_url = request.url("times", [*state.without_choice(index).url_fields(), *this_visit])
        visits.append(ChosenVisit(number, starts_at, change_url))
    return visits


def _local_start(state: BookingState, index: int, locations: Mapping[str, LocationView]) -> datetime:
    choice = state.choices[index]
    return choice.starts_at.astimezone(locations[choice.location].zone)


def _practitioner_name(service: ServiceView, state: BookingState) -> str:
    """The chosen practitioner's name and title; empty for any practitioner."""
    names = (view.name_and_title for view in service.practitioners if view.slug == state.practitioner)
    return next(names, "")
