"""Whether a patient wants reminders, as they say on the phone."""

from starlette.responses import Response

from booking.patients.reminder_choice import choose_reminders
from booking.patients.visit_sheet import visit_sheet
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest
from desk.visits.change import change_visit
from desk.visits.sheet import visit_in


async def change_reminders(request: DeskRequest) -> Response:
    """`POST` with `reminders`, `yes` or anything else for none, and `next`; for the whole address."""
    visit = visit_in(request)

    async def choose(session: BookingSession) -> None:
        own = request.only_practitioner
        sheet = await visit_sheet(session, visit, only_practitioner=own, now=request.now)
        wanted = request.form.get("reminders") == "yes"
        await choose_reminders(
            session, [sheet.visit.patient], wanted=wanted, actor=request.actor, now=request.now
        )

    return await change_visit(request, visit, choose)
