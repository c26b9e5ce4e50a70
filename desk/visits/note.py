"""The note for the desk on a visit."""

from starlette.responses import Response

from booking.appointments.notes import write_note
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest
from desk.visits.change import change_visit, version_in
from desk.visits.sheet import visit_in


async def change_note(request: DeskRequest) -> Response:
    """`POST` with `note`, the `version` that was seen, and `next`; a refusal keeps what was typed."""
    visit, typed = visit_in(request), request.form.get("note")

    async def change(session: BookingSession) -> None:
        await write_note(
            session,
            visit,
            typed,
            version=version_in(request),
            actor=request.actor,
            now=request.now,
            only_practitioner=request.only_practitioner,
        )

    return await change_visit(request, visit, change, typed_note=typed)
