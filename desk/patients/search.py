"""Search: people by name, phone number, e-mail address or reference."""

import uuid
from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import Response

from booking.audit.looks import record_looks, unrecorded_looks
from booking.domain.errors import InvalidInput
from booking.patients.person import Person
from booking.patients.search import search_people
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest
from desk.visits.visit_line import VisitLines

DETAIL = "search"


async def patients_page(request: DeskRequest) -> Response:
    """`GET /desk/patients?q=`."""
    typed = request.form.get("q")
    people: Sequence[Person] = []
    is_too_long = False
    async with request.site.database.read() as session:
        lines = await VisitLines.read(session, request.texts.language)
        try:
            people = await search_people(
                session, typed, only_practitioner=request.only_practitioner, now=request.now
            )
        except InvalidInput:
            is_too_long = True
        is_new = bool(await _unrecorded(session, request, people))
    if is_new:
        await _record(request, people)
    return await request.page(
        "patients/page.html",
        status=HTTPStatus.BAD_REQUEST if is_too_long else HTTPStatus.OK,
        typed="" if request.hides_names or is_too_long else typed.strip(),
        has_searched=bool(typed.strip()),
        is_too_long=is_too_long,
        people=people,
        lines=lines,
    )


def _shown(people: Sequence[Person]) -> set[uuid.UUID]:
    visits = [visit for person in people for visit in (person.last_visit, person.next_visit) if visit]
    return {*(person.contact.id for person in people), *(visit.patient for visit in visits)}


async def _unrecorded(
    session: BookingSession, request: DeskRequest, people: Sequence[Person]
) -> list[uuid.UUID]:
    return await unrecorded_looks(session, request.actor, _shown(people), detail=DETAIL, now=request.now)


async def _record(request: DeskRequest, people: Sequence[Person]) -> None:
    async with request.site.database.write() as session:
        await record_looks(session, request.actor, _shown(people), detail=DETAIL, now=request.now)
