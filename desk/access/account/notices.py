"""Of which changes of visits the member hears by mail."""

from starlette.responses import Response

from booking.domain.errors import InvalidInput
from booking.notifications.staff.choice import NoticeChoice, choose_notices
from desk.access.account.page import ACCOUNT, account_page_with
from desk.http.request import DeskRequest


async def change_notices(request: DeskRequest) -> Response:
    """`POST` with each `kind` ("bookings", "moves", "cancellations"), and `within` days or nothing."""
    kinds, within = request.form.all("kind"), request.form.get("within")
    choice = NoticeChoice(
        bookings="bookings" in kinds,
        moves="moves" in kinds,
        cancellations="cancellations" in kinds,
        within_days=int(within) if within.isdecimal() and len(within) < 6 else None,
    )
    try:
        async with request.site.database.write() as session:
            await choose_notices(session, request.member, choice)
    except InvalidInput as refusal:
        key = {"email": "desk.notices.noAddress", "server": "desk.notices.noServer"}.get(refusal.path[0])
        refusal = refusal.with_changes(message=request.texts(key), texts={}) if key else refusal
        return await account_page_with(request, refusal)
    return request.redirect(f"{ACCOUNT}#notices")
