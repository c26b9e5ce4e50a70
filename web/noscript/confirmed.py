"""The end: what was booked, its manage link, and its calendar file."""

from starlette.responses import Response

from booking.appointments.book import Booking
from booking.calendars.ical import appointments_ical
from booking.domain.tokens import hash_of
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.appointments import appointments_by_manage_token
from booking.storage.queries.catalogue import get_clinic, locations_by_slug, services_by_slug
from web.noscript.booking_state import BookingState
from web.noscript.request import NoscriptRequest
from web.noscript.summary import summary_of
from web.pages import PRIVATE, SECURITY


async def confirmed_page(asked: NoscriptRequest, journey: BookingState, booking: Booking) -> Response:
    async with asked.desk.database.read() as session:
        summary = await summary_of(session, booking.appointments, asked.say)
    return await asked.page(
        "confirmed",
        journey=journey,
        summary=summary,
        references=[visit.reference for visit in booking.appointments],
        is_cancelled=all(visit.status is AppointmentStatus.CANCELLED for visit in booking.appointments),
        token=booking.manage_token,
        manage=f"/manage?lang={asked.say.language}#{booking.manage_token}",
    )


async def calendar(asked: NoscriptRequest) -> Response:
    """`POST /book/{service}/calendar`: the file of what a manage link is for.

    Posted, so that its secret is in no URL.
    """
    async with asked.desk.database.read() as session:
        visits = await appointments_by_manage_token(session, hash_of(asked.form.get("token")))
        if not visits:
            return asked.go("times")
        file = appointments_ical(
            await get_clinic(session),
            visits,
            await services_by_slug(session, {visit.service for visit in visits}),
            await locations_by_slug(session, {visit.location for visit in visits}),
            language=asked.say.language,
        )
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(file, headers=SECURITY | PRIVATE | headers, media_type="text/calendar; charset=utf-8")
