"""What a patient will see of a section, read in the transaction that tries the change."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.lookup import deliverable_offers
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import (
    get_clinic,
    listed_locations,
    listed_practitioners,
    listed_services,
    opening_hours_by_location,
)
from booking.storage.session import BookingSession
from desk.clinic.form import SectionForm
from desk.http.request import DeskRequest
from rendering.opening_hours_text import opening_hours_text
from rendering.service_facts import service_facts

DAYS = timedelta(days=27)
"""Over which the next open times are looked for."""
TIMES = 4
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Preview:
    """`times` are the next open ones; None where the section has none of its own."""

    heading: str
    facts: Sequence[str] = ()
    paragraphs: Sequence[str] = ()
    times: Sequence[str] | None = None


async def preview_of(
    session: BookingSession, form: SectionForm, request: DeskRequest, before: Content
) -> Preview | None:
    """`before` is the catalogue's content without the change; None where a patient sees nothing of it."""
    make = PREVIEWS.get(form.screen.table)
    slug = form.screen.slug or (form.new_slug(before) if form.screen.is_item else "")
    return await make(session, slug, request) if make else None


async def _clinic(session: BookingSession, _: str, request: DeskRequest) -> Preview:
    clinic, texts = await get_clinic(session), request.texts
    policy = clinic.policy
    return Preview(
        in_language(clinic.name, texts.language),
        [clinic.phone_shown],
        [
            texts("desk.clinic.preview.notice", time=_length(policy.minimum_notice, texts)),
            texts("desk.clinic.preview.horizon", time=_length(policy.horizon, texts)),
            texts("desk.clinic.preview.cancellation", time=_length(policy.cancellation_notice, texts)),
        ],
        [
            time
            for service in await listed_services(session)
            for time in await _next_times(session, service.slug, request, most=1, with_service=service)
        ],
    )


async def _service(session: BookingSession, slug: str, request: DeskRequest) -> Preview:
    texts = request.texts
    service = next(row for row in await listed_services(session) if row.slug == slug)
    offers = await deliverable_offers(session, now=request.now, services=[slug])
    return Preview(
        in_language(service.name, texts.language),
        service_facts(offers, texts) if offers else [],
        [
            in_language(text, texts.language)
            for text in (service.description, service.preparation)
            if text is not None
        ],
        await _next_times(session, slug, request),
    )


async def _practitioner(session: BookingSession, slug: str, request: DeskRequest) -> Preview:
    texts = request.texts
    row = next(row for row in await listed_practitioners(session) if row.slug == slug)
    return Preview(
        row.name,
        [in_language(row.title, texts.language)] if row.title else [],
        [],
        [
            time
            for service in await listed_services(session)
            for time in await _next_times(session, service.slug, request, slug, most=1, with_service=service)
        ],
    )


async def _location(session: BookingSession, slug: str, request: DeskRequest) -> Preview:
    texts = request.texts
    row = next(row for row in await listed_locations(session) if row.slug == slug)
    hours = (await opening_hours_by_location(session, [slug]))[slug]
    spans = [(each.weekday, each.opens, each.closes) for each in hours]
    return Preview(
        in_language(row.name, texts.language),
        row.address,
        [texts.label(days, times) for days, times in opening_hours_text(spans, texts)],
    )


async def _next_times(
    session: BookingSession,
    service: str,
    request: DeskRequest,
    practitioner: str | None = None,
    *,
    most: int = TIMES,
    with_service: Service | None = None,
) -> list[str]:
    zones = {row.slug: ZoneInfo(row.time_zone) for row in await listed_locations(session)}
    names = {row.slug: row.name for row in await listed_practitioners(session)}
    criteria = await slot_criteria(session, service, practitioner)
    today = request.now.date()
    slots = await find_slots(
        session, criteria, today, today + DAYS, now=request.now, distinct_times=practitioner is None
    )
    what = in_language(with_service.name, request.texts.language) if with_service else None
    return [
        request.texts(
            "desk.clinic.preview.time",
            time=request.texts.day_and_time(slot.starts_at.astimezone(zones[slot.location])),
            what=what or names[slot.practitioner],
        )
        for slot in islice(slots, most)
    ]


def _length(length: timedelta, texts: Texts) -> str:
    days, rest = divmod(length, timedelta(days=1))
    if days and not rest:
        return texts.count("desk.clinic.preview.days", days)
    hours, rest = divmod(length, timedelta(hours=1))
    if not rest:
        return texts.count("desk.clinic.preview.hours", hours)
    return texts("service.duration", n=length // MINUTE)


PREVIEWS: Mapping[str, Callable[[BookingSession, str, DeskRequest], Awaitable[Preview]]] = {
    "clinic": _clinic,
    "locations": _location,
    "policy": _clinic,
    "practitioners": _practitioner,
    "services": _service,
}
