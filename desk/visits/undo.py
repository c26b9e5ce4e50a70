"""Undoing what one did last: `POST /desk/undo`, and the line that offers it."""

from datetime import timedelta

from starlette.responses import Response

from booking.appointments.by_staff.undo import undo_last, undoable
from booking.storage.models.desk.staff_changes import ChangeKind, StaffChange
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


async def undo_offer(session: BookingSession, request: DeskRequest) -> StaffChange | None:
    """What the member has just done and could undo."""
    changes = await undoable(session, request.actor, now=request.now)
    return next((change for change in changes if change.changed_at > request.now - OFFERED), None)


def undo_words(request: DeskRequest, change: StaffChange) -> str:
    return request.texts("desk.undo." + WORDS[change.kind])
