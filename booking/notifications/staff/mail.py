"""The mail that tells a member of the staff of changes of visits.

No patient is named in it, and no note: whoever reads over a shoulder learns of times alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from booking.domain.events import Event, EventKind
from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.i18n.texts import Texts
from booking.notifications.layout import Card, Link, MailLayout, Row, Section, set_body
from booking.notifications.mail_address import mail_address
from booking.notifications.message import POLICY, host_of
from booking.notifications.staff.net_change import NetChange, VisitTime
from booking.staff.accounts import StaffMember
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service

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


@dataclass(frozen=True)
class NoticeContext:
    """The rows that a mail to a member is written from; `visits` are never none."""

    clinic: Clinic
    member: StaffMember
    visits: Sequence[ChangedVisit]
    services: Mapping[str, Service]
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]

    def local(self, visit: Appointment, at: datetime) -> datetime:
        """The instant on the clock of the visit's location."""
        return at.astimezone(ZoneInfo(self.locations[visit.location].time_zone))


def write_notice_message(context: NoticeContext, event: Event, *, site: str, email: str) -> EmailMessage:
    """The mail without its sender; `email` is the member's address, `site` where the desk is.

    The same event gives the same Message-ID.
    """
    site, member = site.rstrip("/"), context.member
    texts = texts_for(member.language or "", default=context.clinic.languages[0])
    texts = texts.read_at(event.occurred_at, ZoneInfo(context.clinic.time_zone))
    mail = write_notice(context, texts, site=site)
    message = EmailMessage(policy=POLICY)
    message["Message-ID"] = f"<{event.id}.{member.id.hex}@{host_of(site)}>"
    message["Date"] = event.occurred_at
    message["To"] = mail_address(member.name, email)
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to us
    set_body(message, mail, texts)
    message["Content-Language"] = texts.language
    return message


def write_notice(context: NoticeContext, texts: Texts, *, site: str) -> MailLayout:
    """`site` is where the desk is, without a slash at the end."""
    visits, member = context.visits, context.member
    kinds = {visit.change.kind for visit in visits}
    first = visits[0]
    title = _title(first.change.kind if len(kinds) == 1 else EventKind.MOVED, len(visits), texts)
    start = context.local(first.row, first.change.times[-1].starts_at)
    # A visit that a colleague has now is seen by that one alone.
    is_seen = member.only_practitioner in (None, first.row.practitioner)
    page = f"visits/{first.row.id}" if is_seen else f"day?date={start.date()}"
    return MailLayout(
        clinic=in_language(context.clinic.name, texts.language),
        phone="",
        phone_shown="",
        subject=texts.label(title, texts.day_and_time(start)),
        title=title,
        lead=[texts("mail.staff.lead")],
        cards=[_card(context, visit, texts, with_title=len(kinds) > 1) for visit in visits],
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


def _card(context: NoticeContext, visit: ChangedVisit, texts: Texts, *, with_title: bool) -> Card:
    row, change = visit.row, visit.change
    time = change.times[-1]
    rows = [Row(texts("summary.when"), _span(context, row, time, texts), is_main=True)]
    if change.before and change.after:
        before = _span(context, row, change.before, texts)
        if change.before.practitioner != time.practitioner:
            before.append(context.practitioners[change.before.practitioner].name)
        rows.append(Row(texts("mail.before"), before))
    service, location = context.services[row.service], context.locations[row.location]
    rows += [
        Row(texts("summary.what"), [in_language(service.name, texts.language)]),
        Row(texts("summary.who"), [context.practitioners[time.practitioner].name]),
    ]
    if len(context.locations) > 1:
        rows.append(Row(texts("summary.where"), [in_language(location.name, texts.language)]))
    rows.append(Row(texts.count("confirmed.reference", 1), [row.reference]))
    return Card(rows, _title(change.kind, 1, texts) if with_title else None)


def _span(context: NoticeContext, row: Appointment, time: VisitTime, texts: Texts) -> list[str]:
    start = context.local(row, time.starts_at)
    end = context.local(row, time.starts_at + (row.ends_at - row.starts_at))
    return [texts.day(start), texts.span(start, end)]
