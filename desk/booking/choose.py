"""The first page of a booking by phone: who, what and when."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.catalogue.lookup import all_practitioners
from booking.domain.errors import BookingError
from booking.domain.translations import in_language
from booking.scheduling.course_plan import MAX_INTERVAL_DAYS
from booking.storage.queries.catalogue import get_clinic
from desk.booking.choices import free_times, phone_services, uncertified
from desk.booking.form import phone_booking_form
from desk.booking.patient import chosen_patient, found_people
from desk.day.dates import clinic_today
from desk.http import looks
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest
from desk.patients.search import LOOK

BOOK = "/desk/book"


async def choose_page(request: DeskRequest) -> Response:
    """`GET /desk/book`, and `POST /desk/book/times` once a name is typed, which belongs in no address: each
    choice leads to the same page, until a time is held."""
    return await choices(request)


async def choices(request: DeskRequest, *, refusal: BookingError | None = None) -> Response:
    """The page, and why the last step was refused; nothing that was typed is lost."""
    language = request.texts.language
    async with request.site.database.read() as session:
        form = await phone_booking_form(session, request)
        zone = ZoneInfo((await get_clinic(session)).time_zone)
        today = await clinic_today(session, request.now)
        services = await phone_services(session, only_practitioner=request.only_practitioner)
        slugs = [service.slug for service in services]
        service = form.service if form.service in slugs else (slugs[0] if slugs else "")
        wanted = form.at.astimezone(zone).date() if form.at else None
        day = max(today, form.day or wanted or today)
        form = replace(form, service=service, day=day)
        names = await all_practitioners(session)
        patient = await chosen_patient(session, request, form.patient)
        people = await found_people(session, request, form.typed) if patient is None else []
        times = (
            await free_times(
                session,
                service,
                first=day,
                practitioner=form.practitioner or None,
                usual=form.usual or None,
                now=request.now,
            )
            if service
            else []
        )
        without_certificate = await uncertified(session, service, day) if service else []
        shown = [*(person.contact.id for person in people), *([patient.id] if patient else [])]
        unseen = await looks.unseen(session, request, shown, detail=LOOK)
    await looks.record(request, unseen, detail=LOOK)
    return await request.page(
        "booking/choose.html",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        reason=problem_text(request.texts, refusal) if refusal else None,
        form=form,
        query=lambda **changes: f"{BOOK}?{urlencode(form.fields(**changes))}",
        patient=patient,
        people=people,
        services={row.slug: in_language(row.name, language) for row in services},
        visits={row.slug: row.visits for row in services},
        max_days=MAX_INTERVAL_DAYS,
        times=times,
        today=today,
        zone=zone,
        wanted=form.at.astimezone(zone) if form.at else None,
        practitioners={
            slug: row.name
            for slug, row in names.items()
            if row.listed and request.only_practitioner in (None, slug)
        },
        squeeze_at=f"{(form.at or request.now).astimezone(zone):%Y-%m-%dT%H:%M}",
        days={"before": day - timedelta(days=1) if day > today else None, "after": day + timedelta(days=1)},
        uncertified=without_certificate,
    )
