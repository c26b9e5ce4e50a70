"""The clinic as its owner keeps it: the lists, and the settings around them."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus

from starlette.responses import Response

from booking.catalogue.changes.sections import OPTIONAL, SectionEdit, content_of
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.clinic_edits.edit import edit_clinic
from booking.clinic_edits.withdraw import moved, withdrawal
from booking.domain.errors import NotFound
from desk.clinic.change import AsksAboutVisits, make_change, visits_page, with_place
from desk.clinic.screens import CLINIC, choices_of, screen_of
from desk.http.request import DeskRequest

LISTED = ("locations", "practitioners", "services", "screening", "resources")
SETTINGS = (
    *("clinic", "policy", "consent", "reminders", "sms", "waiting_list", "mails"),
    *("busy_calendars", "desk", "retention"),
)
WAYS = {"up": -1, "down": 1}


async def overview_page(request: DeskRequest) -> Response:
    """`GET /desk/clinic`; `?saved=` is the act that was just made, and can be taken back."""
    return await _page(request)


async def change_list(request: DeskRequest) -> Response:
    """`POST` to an item's address with `/list`, and `do`: `up`, `down` or `withdraw`."""
    path, way = request.http.path_params, request.form.get("do")
    async with request.site.database.read() as session:
        screen = screen_of(path["table"], path["slug"], content_of(await present_rows(session)))

    def edits(content: Content) -> list[SectionEdit]:
        if way in WAYS:
            return moved(content, screen.section, WAYS[way])
        return withdrawal(content, screen.section)

    if way not in (*WAYS, "withdraw") or not screen.slug:
        raise NotFound("There is no such change.")
    change = partial(edit_clinic, make_edits=edits, seen=None, actor=request.actor, now=request.now)
    try:
        outcome = await make_change(request, change)
    except ClinicFileError as refused:
        return await _page(request, reasons=[with_place(each, request.texts) for each in refused.mistakes])
    except AsksAboutVisits as asking:
        return await visits_page(request, asking.visits, action=f"{screen.address}/list", back=CLINIC)
    return request.redirect(f"{CLINIC}?saved={outcome.act}" if outcome.act else CLINIC)


async def _page(request: DeskRequest, *, reasons: Sequence[str] = ()) -> Response:
    async with request.site.database.read() as session:
        content = content_of(await present_rows(session))
    items = choices_of(content, request.texts.language).items
    return await request.page(
        "clinic/overview.html",
        status=HTTPStatus.CONFLICT if reasons else HTTPStatus.OK,
        lists={table: items[table] for table in LISTED},
        settings=SETTINGS,
        has=content.keys(),
        optional=OPTIONAL,
        saved=request.form.get("saved")[:36],
        reasons=reasons,
    )
