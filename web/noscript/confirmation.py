"""The last page: the booked appointments, their manage link and their calendar file."""

from starlette.responses import Response

from booking.appointments.book import Booking
from booking.calendars.ical import appointments_ical
from booking.catalogue.lookup import all_locations, all_practitioners, all_services
from booking.domain.tokens import hash_of, manage_url
from booking.patients.contacts import contacts_by_id
from booking.storage.queries.appointments import appointments_by_manage_token
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.outbox import sends_mails
from rendering.headers import PRIVATE, SECURITY
from web.noscript.request import NoscriptRequest
from web.noscript.views import rule_after_booking, summary_of


async def confirmation_page(request: NoscriptRequest, booking: Booking) -> Response:
    appointments, token = booking.appointments, booking.manage_token
    async with request.site.database.read() as session:
        summary = await summary_of(session, appointments, request.texts)
        policy, now = (await get_clinic(session)).policy, await request.site.now(session)
        patient = (await contacts_by_id(session, [appointments[0].patient])).get(appointments[0].patient)
        sent_to = patient.email if patient and await sends_mails(session) else ""
    return await request.page(
        "confirmed",
        state=request.state,
        summary=summary,
        references=[appointment.reference for appointment in appointments],
        rule=rule_after_booking(policy, appointments, summary.location.zone, request.texts, now=now),
        is_cancelled=not any(row.stands for row in appointments),
        token=token,
        manage_url=f"/visits/{token}?lang={request.texts.language}",
        sent_to=sent_to,
        correct_url=f"/visits/{token}/address?lang={request.texts.language}",
    )


async def calendar_file(request: NoscriptRequest) -> Response:
    """`POST /book/{service}/calendar`: iCalendar of the appointments behind a manage token.

    Posted, so that the token is in no URL.
    """
    token = request.form.get("token")
    async with request.site.database.read() as session:
        appointments = await appointments_by_manage_token(session, hash_of(token))
        if not appointments:
            return request.redirect(request.url("times"))
        file = appointments_ical(
            await get_clinic(session),
            appointments,
            await all_services(session),
            await all_locations(session),
            await all_practitioners(session),
            manage_url=manage_url(request.site.address, token, request.texts.language),
            language=request.texts.language,
        )
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(file, headers=SECURITY | PRIVATE | headers, media_type="text/calendar; charset=utf-8")
