"""Search: people by name, phone number, e-mail address or reference."""

import uuid
from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import InvalidInput
from booking.patients.person import Person
from booking.patients.search import search_people
from desk.http import looks
from desk.http.request import DeskRequest
from desk.visits.visit_line import VisitLines

LOOK = "search"


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
        unseen = await looks.unseen(session, request, patients_shown(people), detail=LOOK)
    await looks.record(request, unseen, detail=LOOK)
    return await request.page(
        "patients/page.html",
        status=HTTPStatus.BAD_REQUEST if is_too_long else HTTPStatus.OK,
        typed="" if request.hides_names or is_too_long else typed.strip(),
        has_searched=bool(typed.strip()),
        is_too_long=is_too_long,
        people=people,
        lines=lines,
    )


def patients_shown(people: Sequence[Person]) -> set[uuid.UUID]:
    """People and whose their visits are: one person may have several records."""
    visits = [visit for person in people for visit in (person.last_visit, person.next_visit) if visit]
    return {*(person.contact.id for person in people), *(visit.patient for visit in visits)}
