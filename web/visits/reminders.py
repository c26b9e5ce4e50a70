"""Stopping reminders, by a page or by one click in a mail program (RFC 8058).

The choice counts for an address, so only a link that was mailed there opens it.
"""

from starlette.responses import Response

from booking.domain.tokens import hash_of
from booking.patients.reminder_choice import choose_reminders
from booking.storage.queries.reminders import patients_of_mailed_link, wants_reminders
from web.visits.request import VisitRequest
from web.visits.unknown import unknown_link


async def reminders_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/reminders`: asks, and changes nothing: mail scanners follow links."""
    async with request.site.database.read() as session:
        patients = await patients_of_mailed_link(session, hash_of(request.token))
        wanted = await wants_reminders(session, patients)
    if not patients:
        return await unknown_link(request)
    return await request.page("reminders", here="reminders", wanted=wanted)


async def stop_reminders(request: VisitRequest) -> Response:
    """`POST /visits/{token}/reminders`, whatever its form is: mail programs send one of their own.

    RFC 8058 forbids to answer with another address.
    """
    return await _choose(request, wanted=False)


async def resume_reminders(request: VisitRequest) -> Response:
    """`POST /visits/{token}/reminders/resume`."""
    return await _choose(request, wanted=True)


async def _choose(request: VisitRequest, *, wanted: bool) -> Response:
    async with request.site.database.write() as session:
        now = await request.site.now(session)
        patients = await patients_of_mailed_link(session, hash_of(request.token))
        await choose_reminders(session, patients, wanted=wanted, actor=None, now=now)
    if not patients:
        return await unknown_link(request)
    return await request.page("reminders", here="reminders", wanted=wanted)
