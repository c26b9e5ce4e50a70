"""Whom a list shows by name, for the audit trail: a page that shows nobody new writes nothing."""

import uuid
from collections.abc import Iterable, Sequence

from booking.audit.looks import record_looks, unrecorded_looks
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest


async def unseen(
    session: BookingSession, request: DeskRequest, patients: Iterable[uuid.UUID], *, detail: str
) -> Sequence[uuid.UUID]:
    """Those whom this member has not seen lately in a list of this detail."""
    shown = set(patients)
    if not shown:
        return []
    return await unrecorded_looks(session, request.actor, shown, detail=detail, now=request.now)


async def record(request: DeskRequest, patients: Sequence[uuid.UUID], *, detail: str) -> None:
    """Record the looks at these patients, before the page shows them.

    Raises:
        TryAgain: they can't be recorded, so nobody may be shown.
    """
    if patients:
        async with request.site.database.write() as session:
            await record_looks(session, request.actor, patients, detail=detail, now=request.now)
