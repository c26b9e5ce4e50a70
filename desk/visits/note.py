"""The note for the desk on a visit."""

from starlette.responses import Response

from booking.appointments.notes import write_note
from booking.domain.errors import BookingError, NotFound, TryAgain
from desk.http.next_page import next_page
from desk.http.request import DeskRequest
from desk.visits.sheet import respond_with_sheet, visit_in
from desk.visits.status import version_in


async def change_note(request: DeskRequest) -> Response:
    """`POST` with `note`, the `version` that was seen, and `next`, the page to show then.

    A refusal shows the visit as it is now, with the reason and what was typed.
    """
    visit, typed = visit_in(request), request.form.get("note")
    try:
        async with request.site.database.write() as session:
            await write_note(
                session,
                visit,
                typed,
                version=version_in(request),
                actor=request.actor,
                now=request.now,
                only_practitioner=request.only_practitioner,
            )
    except (NotFound, TryAgain):
        raise
    except BookingError as refusal:
        return await respond_with_sheet(request, visit, refusal=refusal, typed_note=typed)
    return request.redirect(next_page(request.form.get("next")))
