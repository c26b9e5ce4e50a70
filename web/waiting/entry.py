"""The page of an entry, and leaving the waiting list."""

from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import NotFound
from booking.storage.models.waiting_list import WaitingListStatus
from booking.waiting_list.leave import leave_waiting_list
from web.noscript.screening import GivenAnswers, QuestionsView
from web.visits.unknown import unknown_link
from web.waiting.request import WaitingRequest
from web.waiting.views import entry_view


async def entry_page(request: WaitingRequest) -> Response:
    """`GET /waiting/{token}`: the time that is held, what is waited for, or what became of it."""
    return await show_entry(request)


async def show_entry(
    request: WaitingRequest,
    *,
    reason: str = "",
    missing: tuple[str, ...] = (),
    given: GivenAnswers | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The page as it is now; `reason` says why a button did nothing, `missing` are questions (slugs) without
    an answer among those that were `given`."""
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        view = await entry_view(request, session, now=now)
    if view is None:
        return await unknown_link(request)
    template = "waiting" if view.offer is None else "offer"
    if view.status is not WaitingListStatus.WAITLIST:
        template = "booked" if view.booked else "ended"
    questions = view.offer.questions if view.offer else []
    return await request.page(
        template,
        status=status,
        entry=view,
        reason=reason,
        questions=QuestionsView.of(questions, given or GivenAnswers({}), request.texts, missing=missing),
        is_left=view.status is WaitingListStatus.CANCELLED,
        visit_url=f"/visits/{request.token}?lang={request.texts.language}",
    )


async def leave_page(request: WaitingRequest) -> Response:
    """`GET /waiting/{token}/leave`: asks, and changes nothing."""
    async with request.site.database.read() as session:
        view = await entry_view(request, session, now=await request.site.now(session))
    if view is None:
        return await unknown_link(request)
    if view.status is not WaitingListStatus.WAITLIST:
        return request.redirect(request.url())
    return await request.page("leave", here="leave", entry=view)


async def leave(request: WaitingRequest) -> Response:
    """`POST /waiting/{token}/leave`, whatever its form is: mail programs send one of their own (RFC 8058)."""
    try:
        async with request.site.database.write() as session:
            await leave_waiting_list(session, request.token, now=await request.site.now(session))
    except NotFound:
        return await unknown_link(request)
    return await show_entry(request)
