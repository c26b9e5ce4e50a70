"""Visits in the way of a change, with the other times that their patients can be offered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from booking.appointments.blocked_time.coming import visits_inside
from booking.storage.queries.desk.blocked_time import DeskTime
from booking.storage.session import BookingSession
from desk.blocked_time.views import BlockWords, VisitLine
from desk.http import looks
from desk.http.request import DeskRequest

LOOK = "visits in the way of blocked time"


@dataclass(frozen=True)
class VisitLines:
    """`unseen` are the patients whose names are shown, and whom the member has not seen lately."""

    lines: Sequence[VisitLine]
    unseen: Sequence[uuid.UUID]


async def visit_lines(
    request: DeskRequest, visits: Sequence[uuid.UUID], *, excluded: Sequence[DeskTime] = ()
) -> Sequence[VisitLine]:
    """Whoever's name is shown was looked at."""
    async with request.site.database.read() as session:
        found = await read_visit_lines(session, request, visits, excluded=excluded)
    await looks.record(request, found.unseen, detail=LOOK)
    return found.lines


async def read_visit_lines(
    session: BookingSession,
    request: DeskRequest,
    visits: Sequence[uuid.UUID],
    *,
    excluded: Sequence[DeskTime] = (),
) -> VisitLines:
    """In this session, which may have made a change that is not committed. The caller records the looks."""
    words = await BlockWords.of(session, request.texts)
    found = await visits_inside(session, visits, now=request.now, excluded=excluded)
    named = [] if request.hides_names else [each.appointment.patient for each in found]
    unseen = await looks.unseen(session, request, named, detail=LOOK)
    return VisitLines([words.visit(each, hides_names=request.hides_names) for each in found], unseen)
