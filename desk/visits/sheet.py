"""The sheet of a visit: whose it is, what became of it, and the person's other visits."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.notes import MAX_NOTE
from booking.audit.record import record_audit
from booking.domain.errors import BookingError, RepeatedTime
from booking.domain.translations import in_language
from booking.patients.visit_sheet import VisitSheet, visit_sheet
from booking.scheduling.resources import resources_lacked, resources_of
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason
from booking.storage.models.audit import AuditAction
from booking.storage.models.messages.sms import SmsKind, SmsReceived, SmsStatus
from booking.storage.models.ticks import Resource
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.messages.sms import last_answer, last_sms, patient_refuses_sms
from booking.storage.queries.reminders import last_reminder, wants_reminders
from booking.storage.queries.waiting_list import entry_replacing
from booking.storage.session import BookingSession
from booking.waiting_list.queue import waiting_queue
from booking.waiting_list.rules import has_waiting_list
from desk.http.identifiers import id_in
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest
from desk.visits.visit_line import VisitLine, VisitLines

DETAIL = "sheet of a visit"
OTHER_VISITS = 20
STATUSES = [status for status in AppointmentStatus if status is not AppointmentStatus.CANCELLED]


async def sheet_page(request: DeskRequest) -> Response:
    """`GET /desk/visits/{id}`."""
    return await respond_with_sheet(request, visit_in(request))


async def respond_with_sheet(
    request: DeskRequest,
    visit: uuid.UUID,
    *,
    refusal: BookingError | None = None,
    typed_note: str | None = None,
) -> Response:
    """The page of the sheet, as the visit is now; with the reason if a change was refused.

    Raises:
        NotFound: there is no such visit, or it is another practitioner's: the two look the same.
    """
    async with request.site.database.read() as session:
        sheet = await visit_sheet(
            session, visit, only_practitioner=request.only_practitioner, now=request.now
        )
        lines = await VisitLines.read(session, request.texts.language)
        wants_reminders_still = await wants_reminders(session, [sheet.visit.patient])
        reminded_at = await last_reminder(session, sheet.visit)
        sms = await last_sms(session, sheet.visit)
        answer = await last_answer(session, sms) if sms else None
        refuses_sms = await patient_refuses_sms(session, sheet.visit.patient)
        waiting = await _waiting(session, request, sheet)
        resources = (await resources_of(session, [visit]))[visit]
        lacked = await resources_lacked(session, sheet.visit, resources) if sheet.visit.stands else ()
        reminds = bool((await get_clinic(session)).reminder_days)
    if not request.hides_names:
        await _record_look(request, sheet)
    line = lines.line(sheet.visit)
    return await request.page(
        "visits/sheet.html",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        reason=problem_text(request.texts, refusal) if refusal else None,
        passes=refusal.choices if isinstance(refusal, RepeatedTime) else (),
        chosen_practitioner=request.form.get("practitioner") or sheet.visit.practitioner,
        sheet=sheet,
        visit=line,
        version=sheet.visit.version,
        has_begun=request.now.astimezone(line.starts_at.tzinfo).date() >= line.starts_at.date(),
        others=[lines.line(each) for each in sheet.other_visits[:OTHER_VISITS]],
        topics=[in_language(topic, request.texts.language) for topic in sheet.topics],
        statuses=STATUSES,
        note=sheet.note if typed_note is None else typed_note,
        max_note=MAX_NOTE,
        practitioners=lines.practitioners,
        reasons=list(CancellationReason),
        reminds=reminds,
        wants_reminders=wants_reminders_still,
        reminded_at=reminded_at,
        sms=sms,
        sms_answer=_answer_text(request, sheet.visit, answer, line) if answer else None,
        sms_failed=sms is not None and sms.status is SmsStatus.FAILED,
        refuses_sms=refuses_sms,
        waiting=waiting,
        resources=_names(request, resources),
        lacked=_names(request, lacked),
    )


def _names(request: DeskRequest, resources: Sequence[Resource]) -> Sequence[str]:
    return [in_language(resource.name, request.texts.language) for resource in resources]


@dataclass(frozen=True)
class WaitingAtVisit:
    """`entry` waits for an earlier time than the visit has; unless there is one, `can_wait` says whether the
    patient may. `others` are those who wait for times of the practitioner."""

    entry: WaitingListEntry | None
    can_wait: bool
    others: int


async def _waiting(session: BookingSession, request: DeskRequest, sheet: VisitSheet) -> WaitingAtVisit | None:
    """None where the clinic has no waiting list, and once the visit is over."""
    visit = sheet.visit
    if visit.ends_at <= request.now or not await has_waiting_list(session):
        return None
    deadline = visit.change_deadline((await get_clinic(session)).policy)
    queue = await waiting_queue(
        session,
        practitioner=visit.practitioner,
        only_practitioner=request.only_practitioner,
        with_contacts=False,
        now=request.now,
    )
    return WaitingAtVisit(
        await entry_replacing(session, visit.id),
        visit.status is AppointmentStatus.BOOKED and request.now <= deadline,
        sum(each.entry.replaces != visit.id for each in queue),
    )


def _answer_text(
    request: DeskRequest, visit: Appointment, answer: SmsReceived, line: VisitLine
) -> str | None:
    """What the desk is told of an answer, whose words are kept nowhere."""
    day = request.texts.day(answer.received_at.astimezone(line.starts_at.tzinfo))
    if answer.kind is SmsKind.CONFIRM and visit.confirmed_at is not None:
        # It may have confirmed another visit with the same number.
        is_this = visit.confirmed_at == answer.received_at
        return request.texts("desk.visit.smsConfirmed", day=day) if is_this else None
    return request.texts("desk.visit.smsUnread", day=day)


def visit_in(request: DeskRequest) -> uuid.UUID:
    """The id in the address.

    Raises:
        NotFound: no id is written so.
    """
    return id_in(request.http.path_params["id"])


async def _record_look(request: DeskRequest, sheet: VisitSheet) -> None:
    """Each time, before the sheet is shown."""
    patients = {sheet.visit.patient, *(each.patient for each in sheet.other_visits[:OTHER_VISITS])}
    async with request.site.database.write() as session:
        await record_audit(
            session, request.actor, AuditAction.READ, sorted(patients), detail=DETAIL, now=request.now
        )
