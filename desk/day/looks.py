"""Whom a list of visits shows by name, for the audit trail."""

import uuid
from collections.abc import Iterable

from booking.agenda.values import DayAgenda
from booking.audit.looks import record_looks, unrecorded_looks
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest

DETAIL = "list of visits"


def patients_named(agendas: Iterable[DayAgenda]) -> list[uuid.UUID]:
    """The patients whose names are shown, each once."""
    visits = (visit for agenda in agendas for column in agenda.columns for visit in column.visits)
    return list(dict.fromkeys(visit.patient for visit in visits if visit.name is not None))


async def unseen(session: BookingSession, request: DeskRequest, patients: list[uuid.UUID]) -> list[uuid.UUID]:
    """Those whom this member has not seen in such a list lately."""
    if not patients:
        return []
    return await unrecorded_looks(session, request.actor, patients, detail=DETAIL, now=request.now)


async def record(request: DeskRequest, patients: list[uuid.UUID]) -> None:
    """Record the looks at these patients, before the page shows them.

    Raises:
        TryAgain: they can't be recorded, so nobody may be shown.
    """
    if patients:
        async with request.site.database.write() as session:
            await record_looks(session, request.actor, patients, detail=DETAIL, now=request.now)
