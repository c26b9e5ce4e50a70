"""The waiting list at the desk: who waits, in the order in which they would be asked."""

from starlette.responses import Response

from booking.catalogue.lookup import all_services
from booking.domain.translations import in_language
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.waiting_list import practitioners_with_openings
from booking.storage.session import BookingSession
from booking.waiting_list.leave import take_off_waiting_list
from booking.waiting_list.queue import QueueState, waiting_queue
from booking.waiting_list.rules import has_waiting_list, waiting_list_rules
from desk.blocked_time.views import BlockWords, all_slugs
from desk.http import looks
from desk.http.identifiers import id_in
from desk.http.request import DeskRequest
from desk.patients.waiting_list.entry_line import EntryLine

LIST = "/desk/waiting"
LOOK = "waiting list"


async def list_page(request: DeskRequest) -> Response:
    """`GET /desk/waiting`, of one `service` and for times of one `practitioner` (slugs) where given."""
    async with request.site.database.read() as session:
        words = await BlockWords.of(session, request.texts)
        services = await _services(session, request)
        practitioners = words.practitioner_choices(request.only_practitioner)
        service, practitioner = request.form.get("service"), request.form.get("practitioner")
        service = service if service in services else ""
        practitioner = practitioner if practitioner in all_slugs(practitioners) else ""
        queue = await waiting_queue(
            session,
            service=service or None,
            practitioner=practitioner or None,
            only_practitioner=request.only_practitioner,
            with_contacts=not request.hides_names,
            now=request.now,
        )
        has_list = await has_waiting_list(session)
        opened = await _opened(session, request, words) if queue else ""
        unseen = await looks.unseen(
            session, request, [each.entry.patient for each in queue if each.contact], detail=LOOK
        )
    await looks.record(request, unseen, detail=LOOK)
    asked_next = next((each.entry.id for each in queue if each.state is QueueState.IN_ORDER), None)
    return await request.page(
        "patients/waiting_list/list.html",
        lines=[EntryLine.of(each, words) for each in queue],
        asked_next=asked_next,
        has_list=has_list,
        opened=opened,
        services=services,
        practitioners=practitioners,
        service=service,
        practitioner=practitioner,
    )


async def end_one(request: DeskRequest) -> Response:
    """`POST /desk/waiting/{id}/end`: again, it stays as it ended."""
    entry = id_in(request.http.path_params["id"])
    async with request.site.database.write() as session:
        await take_off_waiting_list(
            session,
            entry,
            actor=request.actor,
            only_practitioner=request.only_practitioner,
            now=request.now,
        )
    return request.redirect(LIST)


async def _services(session: BookingSession, request: DeskRequest) -> dict[str, str]:
    """Names by slug, in the clinic's order."""
    rows = sorted((await all_services(session)).values(), key=lambda row: row.position)
    return {row.slug: in_language(row.name, request.texts.language) for row in rows if row.listed}


async def _opened(session: BookingSession, request: DeskRequest, words: BlockWords) -> str:
    """Whose time has opened that is about to be offered, and when; empty if nothing has."""
    rules = waiting_list_rules(await get_clinic(session))
    slugs = await practitioners_with_openings(session, request.now)
    names = [words.practitioners[slug].name for slug in slugs if request.only_practitioner in (None, slug)]
    if rules is None or not names:
        return ""
    until = rules.quiet.until(request.now, rules.zone) if rules.quiet else None
    if until is None:
        return request.texts("desk.waiting.opened", names=", ".join(names))
    time = request.texts.clock(until.astimezone(rules.zone))
    return request.texts("desk.waiting.openedQuiet", names=", ".join(names), time=time)
