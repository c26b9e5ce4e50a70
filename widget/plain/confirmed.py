"""The end: what was booked, its manage link, and its calendar file."""

from starlette.responses import Response

from booking.book import Booking
from booking.calendar_file import calendar_file
from booking.storage import queries
from booking.storage.appointments import appointments_by_manage_token
from booking.storage.tables import AppointmentStatus
from booking.tokens import hash_of
from widget.pages import PRIVATE, SECURITY
from widget.plain.desk import Asked
from widget.plain.journey import Journey
from widget.plain.summary import summary_of


async def confirmed_page(asked: Asked, journey: Journey, booking: Booking) -> Response:
    async with asked.desk.database.read() as session:
        summary = await summary_of(session, booking.visits, asked.say)
    return await asked.page(
        "confirmed",
        journey=journey,
        summary=summary,
        references=[visit.reference for visit in booking.visits],
        is_cancelled=all(visit.status is AppointmentStatus.CANCELLED for visit in booking.visits),
        token=booking.manage_token,
        manage=f"/manage?lang={asked.say.language}#{booking.manage_token}",
    )


async def calendar(asked: Asked) -> Response:
    """`POST /book/{service}/calendar`: the file of what a manage link is for.

    Posted, so that its secret is in no URL.
    """
    async with asked.desk.database.read() as session:
        visits = await appointments_by_manage_token(session, hash_of(asked.form.get("token")))
        if not visits:
            return asked.go("times")
        file = calendar_file(
            await queries.the_clinic(session),
            visits,
            await queries.services_by_slug(session, {visit.service for visit in visits}),
            await queries.locations_by_slug(session, {visit.location for visit in visits}),
            language=asked.say.language,
        )
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(file, headers=SECURITY | PRIVATE | headers, media_type="text/calendar; charset=utf-8")
