"""Undoing what one did last: `POST /desk/undo`, and the line that offers it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from booking.appointments.by_staff.undo import undo_last, undoable, undoable_block
from booking.storage.models.desk.staff_changes import ChangeKind
from booking.storage.session import BookingSession
from desk.http.identifiers import id_in
from desk.http.next_page import next_page
from desk.http.request import DeskRequest

OFFERED = timedelta(minutes=1)
"""How long a page offers it by itself; the key works as long as the change can be undone."""
WORDS = {
    ChangeKind.BOOKED: "booked",
    ChangeKind.MOVED: "moved",
    ChangeKind.CANCELLED: "cancelled",
    ChangeKind.STATUS_SET: "statusSet",
}


async def undo(request: DeskRequest) -> Response:
    """`POST` with `act`, the last one without it, and `next`, the page to show then."""
    act = request.form.get("act")
    async with request.site.database.write() as session:
        await undo_last(
            session,
            request.actor,
            act=id_in(act) if act else None,
            only_practitioner=request.only_practitioner,
            now=request.now,
        )
    return request.redirect(next_page(request.form.get("next")))


@dataclass(frozen=True)
class UndoOffer:
    """`done` says what was done, in the reader's language."""

    act: uuid.UUID
    done: str


async def undo_offer(session: BookingSession, request: DeskRequest) -> UndoOffer | None:
    """What the member has just done and could undo."""
    since = request.now - OFFERED
    block = await undoable_block(session, request.actor, now=request.now)
    if block is not None:
        words = request.texts("desk.undo.blocked")
        return UndoOffer(block.id, words) if block.created_at > since else None
    changes = await undoable(session, request.actor, now=request.now)
    change = next((change for change in changes if change.changed_at > since), None)
    if change is None:
        return None
    return UndoOffer(change.act, request.texts("desk.undo." + WORDS[change.kind]))
