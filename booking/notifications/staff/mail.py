"""The mail that tells a member of the staff of changes of visits.

No patient is named in it, and no note: whoever reads over a shoulder learns of times alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations, all_practitioners, all_services
from booking.domain.events import EventKind
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.notifications.layout import Card, Link, MailLayout, Row, Section
from booking.notifications.staff.net_change import NetChange, VisitTime
from booking.staff.accounts import StaffMember
from booking.storage.models.appointments import Appointment
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession

TITLES = {
    EventKind.BOOKED: "mail.staff.booked",
    EventKind.MOVED: "mail.staff.moved",
    EventKind.CANCELLED: "mail.staff.cancelled",
}


@dataclass(frozen=True)
class ChangedVisit:
    """A visit, and what happened to it."""

    row: Appointment
    change: NetChange


async def write_notice(
    session: BookingSession,
    visits: Sequence[ChangedVisit],
    member: StaffMember,
    texts: Texts,
    *,
    site: str,
) -> MailLayout:
    """`site` is where the desk is, without a slash at the end."""
    clinic = await get_clinic(session)
    language = texts.language
    kinds = {visit.change.kind for visit in visits}
    first = visits[0]
    title = _title(first.change.kind if len(kinds) == 1 else EventKind.MOVED, len(visits), texts)
    start = await _local(session, first.row, first.change.times[-1].starts_at)
    # A visit that a colleague has now is seen by that one alone.
    is_seen = member.only_practitioner in (None, first.row.practitioner)
    page = f"visits/{first.row.id}" if is_seen else f"day?date={start.date()}"
    return MailLayout(
        clinic=in_language(clinic.name, language),
        phone="",
        phone_shown="",
        subject=texts.label(title, texts.day_and_time(start)),
        title=title,
        lead=[texts("mail.staff.lead")],
        cards=[await _card(session, visit, texts, with_title=len(kinds) > 1) for visit in visits],
        sections=[
            Section(
                texts("mail.staff.see"),
                [texts("mail.staff.signIn")],
                Link(texts("mail.staff.open"), f"{site}/desk/{page}"),
            )
        ],
        foot=texts("mail.staff.foot"),
        unsubscribe=Link(texts("mail.staff.choose"), f"{site}/desk/account#notices"),
    )


def _title(kind: EventKind, visits: int, texts: Texts) -> str:
    return texts.count(TITLES[kind], visits)


async def _card(session: BookingSession, visit: ChangedVisit, texts: Texts, *, with_title: bool) -> Card:
    row, change = visit.row, visit.change
    services, locations = await all_services(session), await all_locations(session)
    practitioners = await all_practitioners(session)
    time = change.times[-1]
    rows = [Row(texts("summary.when"), await _span(session, row, time, texts), is_main=True)]
    if change.before and change.after:
        before = await _span(session, row, change.before, texts)
        if change.before.practitioner != time.practitioner:
            before.append(practitioners[change.before.practitioner].name)
        rows.append(Row(texts("mail.before"), before))
    rows += [
        Row(texts("summary.what"), [in_language(services[row.service].name, texts.language)]),
        Row(texts("summary.who"), [practitioners[time.practitioner].name]),
    ]
    if len(locations) > 1:
        rows.append(Row(texts("summary.where"), [in_language(locations[row.location].name, texts.language)]))
    rows.append(Row(texts.count("confirmed.reference", 1), [row.reference]))
    return Card(rows, _title(change.kind, 1, texts) if with_title else None)


async def _span(session: BookingSession, row: Appointment, time: VisitTime, texts: Texts) -> list[str]:
    start = await _local(session, row, time.starts_at)
    end = await _local(session, row, time.starts_at + (row.ends_at - row.starts_at))
    return [texts.day(start), texts.span(start, end)]


async def _local(session: BookingSession, row: Appointment, at: datetime) -> datetime:
    locations = await all_locations(session)
    return at.astimezone(ZoneInfo(locations[row.location].time_zone))
