"""The history of the clinic: who changed what and when; each act can be taken back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.catalogue.changes.record import recorded_change
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.clinic_edits.undo import ChangedAgain, undo_act
from booking.storage.queries.audit import catalogue_changes_before, undone_acts
from booking.storage.queries.catalogue import get_clinic
from desk.clinic.change import AsksAboutVisits, make_change, visits_page, with_place
from desk.clinic.differences import Difference, Editors, acts, differences
from desk.clinic.labels import label_of
from desk.clinic.screens import CLINIC
from desk.http.identifiers import id_in, number_in
from desk.http.request import DeskRequest

HISTORY = f"{CLINIC}/history"
ON_A_PAGE = 100


@dataclass(frozen=True)
class Act:
    """What was changed together: nothing but the order of a list where it has no lines."""

    id: uuid.UUID
    who: str
    at: datetime
    lines: list[Difference]
    is_undone: bool
    is_undo: bool


async def history_page(request: DeskRequest) -> Response:
    """`GET /desk/clinic/history`; `?before=` is the id of a change, for the page behind."""
    return await _page(request)


async def undo(request: DeskRequest) -> Response:
    """`POST /desk/clinic/history/{act}/undo`: over visits it shows them, and asks."""
    act = id_in(request.http.path_params["act"])
    try:
        await make_change(request, partial(undo_act, act=act, actor=request.actor, now=request.now))
    except ChangedAgain as refused:
        labels = [
            label_of(section.table, key, request.texts)
            for section, keys in refused.keys.items()
            for key in keys
        ]
        what = ", ".join(labels) or request.texts("desk.clinic.history.all")
        return await _page(request, reason=request.texts("desk.clinic.history.again", what=what))
    except ClinicFileError as refused:
        reasons = "; ".join(with_place(each, request.texts) for each in refused.mistakes)
        return await _page(request, reason=request.texts("desk.clinic.history.wrong", reasons=reasons))
    except AsksAboutVisits as asking:
        return await visits_page(request, asking.visits, action=f"{HISTORY}/{act}/undo", back=HISTORY)
    return request.redirect(HISTORY)


async def _page(request: DeskRequest, *, reason: str | None = None) -> Response:
    texts, editors = request.texts, await Editors.read(request)
    before = number_in(request.form.get("before"))
    async with request.site.database.read() as session:
        zone = ZoneInfo((await get_clinic(session)).time_zone)
        rows = await catalogue_changes_before(session, before, limit=ON_A_PAGE)
        undone = await undone_acts(session, {row.act for row in rows})
    recorded = [recorded_change(row) for row in rows]
    found = [
        Act(
            act,
            editors.name(changes[0], texts),
            changes[0].changed_at,
            [line for each in reversed(changes) for line in differences(each, texts, editors)],
            act in undone,
            changes[0].undoes is not None,
        )
        for act, changes in acts(recorded).items()
    ]
    return await request.page(
        "clinic/history.html",
        status=HTTPStatus.CONFLICT if reason else HTTPStatus.OK,
        acts=found,
        reason=reason,
        older=rows[-1].id if len(rows) == ON_A_PAGE else None,
        zone=zone,
    )
