"""The last step of a booking by phone."""

from starlette.responses import Response

from booking.appointments.by_staff.book import PhoneBookingRequest, book_by_staff
from booking.domain.errors import BookingError, HoldExpired
from booking.storage.queries.catalogue import screening_questions_of
from desk.booking.choose import choices
from desk.booking.form import answers_in, phone_booking_form
from desk.booking.hold import held_times_in, questions_page
from desk.booking.refusals import refusals_in
from desk.http.request import DeskRequest


async def book_visit(request: DeskRequest) -> Response:
    """`POST /desk/book` with each `hold`, the patient, and the answers as the patient gave them.

    The answers are judged and never stored, and no address has them.
    """
    async with request.site.database.read() as session:
        form, held = await phone_booking_form(session, request), await held_times_in(session, request)
    if not held:
        return await choices(request, refusal=HoldExpired(still_open=False))
    try:
        async with request.site.database.write() as session:
            questions = [row.slug for row in await screening_questions_of(session, held[0].service)]
            booking = await book_by_staff(
                session,
                PhoneBookingRequest(
                    [each.secret for each in held],
                    name=form.name,
                    email=form.email,
                    phone=form.phone,
                    language="" if form.patient else request.form.get("language"),
                    answers=answers_in(request, questions),
                    patient=form.patient,
                    consents=request.form.get("consents") == "1",
                    notify=request.form.get("notify") == "1",
                    contact_name=request.form.get("contact-name"),
                    note=request.form.get("note"),
                ),
                actor=request.actor,
                only_practitioner=request.only_practitioner,
                now=request.now,
            )
    except HoldExpired as refusal:
        return await choices(request, refusal=refusal)
    except BookingError as refusal:
        return await questions_page(request, held, refusals=[refusal])
    except ExceptionGroup as group:
        return await questions_page(request, held, refusals=list(refusals_in(group)))
    visit = booking.appointments[0]
    day = held[0].starts_at.date()
    return request.redirect(f"/desk/day?date={day}&booked={visit.id}#visit-{visit.id}")
