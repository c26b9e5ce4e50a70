"""The content of a mail about an event.

It holds no health data but the service's name, which the subject omits: a subject is read on locked
screens. And nothing that the visitor typed: else anybody could send their own words, as ours, to whom
they like.
"""

from dataclasses import dataclass

from booking.catalogue.visit_place import arrival_lines, place_lines
from booking.domain.events import EventKind
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.notifications.context import MailContext
from booking.notifications.layout import Card, Link, MailLayout, Row, Section, Stub
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.services import Service

OWN_TEXTS = {
    EventKind.BOOKED: "booked",
    EventKind.MOVED: "moved",
    EventKind.CANCELLED: "cancelled",
    EventKind.NEEDS_ATTENTION: "offer",
    EventKind.REMINDER_DUE: "reminder",
}
"""The keys of the clinic's own words, by the event that a mail is about."""


class NotForPatients(Exception):
    """The event has no mail."""


@dataclass(frozen=True)
class Links:
    """`manage` and `visits` are secret, and only for the patient; None if not known any more."""

    book: str
    manage: str | None
    visits: str | None = None
    """The pages of the visits that a reminder is about."""
    language: str = ""

    def page(self, name: str) -> str:
        """One of those pages."""
        return f"{self.visits}{name}?lang={self.language}"


def write_mail(context: MailContext, texts: Texts, links: Links, *, language: str) -> MailLayout:
    """`language` is for the clinic's own texts, which may be in more languages than ours."""
    title = _title(context, texts)
    first = context.appointments[0]
    time = texts.day_and_time(context.local(first.starts_at, first))
    return MailLayout(
        clinic=in_language(context.clinic.name, language),
        phone=context.clinic.phone,
        phone_shown=context.clinic.phone_shown,
        subject=title if len(context.appointments) > 1 else texts.label(title, time),
        title=title,
        lead=[*_lead(context, texts), *own_lines(context, language)],
        cards=_cards(context, texts, language),
        sections=_sections(context, texts, links, language),
    )


def own_lines(context: MailContext, language: str) -> list[str]:
    """What the clinic's file adds to a mail of this kind."""
    text = (context.clinic.mail_texts or {}).get(OWN_TEXTS[context.event.kind])
    return [line for line in in_language(text, language).splitlines() if line.strip()] if text else []


def _title(context: MailContext, texts: Texts) -> str:
    match context.event.kind:
        case EventKind.BOOKED if context.is_booked_again:
            return texts("mail.bookedAgain.title")
        case EventKind.BOOKED:
            return texts.count("confirmed.title", len(context.appointments))
        case EventKind.MOVED if len(context.appointments) > 1:
            return texts("mail.courseMoved.title")
        case EventKind.MOVED:
            return texts("mail.moved.title" if context.has_new_time else "mail.changed.title")
        case EventKind.CANCELLED:
            return texts("mail.cancelled.title")
        case _:
            raise NotForPatients(context.event.kind)


def _lead(context: MailContext, texts: Texts) -> list[str]:
    match context.event.kind:
        case EventKind.BOOKED if context.is_booked_again:
            return [texts("mail.booked.lead"), texts("mail.calendar.update")]
        case EventKind.BOOKED:
            return [texts("mail.booked.lead"), texts.count("mail.calendar.add", len(context.appointments))]
        case EventKind.MOVED if len(context.appointments) > 1:
            return [texts("mail.courseMoved.lead"), texts("mail.calendar.updateAll")]
        case EventKind.MOVED:
            lead = texts("mail.moved.lead" if context.has_new_time else "mail.changed.lead")
            return [lead, texts("mail.calendar.update")]
        case EventKind.CANCELLED:
            return [texts("mail.cancelled.lead"), texts("mail.calendar.update")]
        case _:
            raise NotForPatients(context.event.kind)


def _cards(context: MailContext, texts: Texts, language: str) -> list[Card]:
    """A card for each appointment; before several, one with the facts that they share."""
    appointments = context.appointments
    first = appointments[0]
    service = service_row(context, first, texts, language)
    practitioner = practitioner_row(context, first, texts)
    location = location_row(context, first, texts, language)
    if len(appointments) == 1:
        rows = [
            time_row(context, first, texts),
            *_before(context, texts, language),
            service,
            practitioner,
            location,
        ]
        rows.append(reference_row(first, texts))
        return [
            Card(rows, _number(context, first, texts), visit_stub(context, first, texts, service.lines[0]))
        ]
    at_one_location = len({appointment.location for appointment in appointments}) == 1
    cards = [Card([service, practitioner, location] if at_one_location else [service, practitioner])]
    for appointment in appointments:
        rows = [time_row(context, appointment, texts)]
        if not at_one_location:
            rows.append(location_row(context, appointment, texts, language))
        rows += [reference_row(appointment, texts), deadline_row(context, appointment, texts)]
        number = _number(context, appointment, texts)
        cards.append(Card(rows, number, visit_stub(context, appointment, texts)))
    return cards


def visit_stub(context: MailContext, appointment: Appointment, texts: Texts, what: str = "") -> Stub:
    start = context.local(appointment.starts_at, appointment)
    reference = reference_row(appointment, texts)
    return Stub(texts.leaf(start), texts.clock(start), what, reference, is_cancelled=not appointment.stands)


def _number(context: MailContext, appointment: Appointment, texts: Texts) -> str | None:
    of = len(context.course)
    return texts("manage.visit", n=context.number(appointment), of=of) if of > 1 else None


def time_row(context: MailContext, appointment: Appointment, texts: Texts) -> Row:
    start = context.local(appointment.starts_at, appointment)
    end = context.local(appointment.ends_at, appointment)
    return Row(texts("summary.when"), [texts.day(start), texts.span(start, end)], is_main=True)


def _before(context: MailContext, texts: Texts, language: str) -> list[Row]:
    """The former time of a moved visit; and its former place, where there are several."""
    before, location = context.former_start, context.former_location
    if before is None or not (context.has_new_time or context.has_new_location):
        return []
    lines = [texts.day_and_time(before)]
    if len(context.locations) > 1:
        lines.append(in_language(location.name, language))
    return [Row(texts("mail.before"), lines)]


def service_row(context: MailContext, appointment: Appointment, texts: Texts, language: str) -> Row:
    service = context.services[appointment.service]
    return Row(texts("summary.what"), [in_language(service.name, language)], on_stub=True)


def practitioner_row(context: MailContext, appointment: Appointment, texts: Texts) -> Row:
    return Row(texts("summary.who"), [context.practitioners[appointment.practitioner].name])


def location_row(context: MailContext, appointment: Appointment, texts: Texts, language: str) -> Row:
    location = context.location(appointment)
    service = context.services[appointment.service]
    arrival = arrival_lines(service, location, language) if appointment.stands else []
    return Row(texts("summary.where"), place_lines(service, location, texts, language), notes=arrival)


def reference_row(appointment: Appointment, texts: Texts) -> Row:
    return Row(texts.count("confirmed.reference", 1), [appointment.reference], on_stub=True)


def deadline_row(context: MailContext, appointment: Appointment, texts: Texts) -> Row:
    deadline = context.deadline(appointment)
    until = texts("mail.changesUntil", time=texts.day_and_time(deadline)) if deadline else None
    return Row(texts("mail.onlineChanges"), [until or texts("mail.changesByPhone")])


def _sections(context: MailContext, texts: Texts, links: Links, language: str) -> list[Section]:
    if context.event.kind is EventKind.CANCELLED:
        again = Link(texts("manage.again"), links.book)
        sections = [Section(texts("mail.again.title"), [texts("mail.again.text")], again)]
        return sections + _other_appointments(context, texts, links.manage)
    preparation = context.service.preparation
    prepare = [in_language(preparation, language)] if preparation else []
    return [
        *joining_sections(context.service, texts, language),
        *(Section(texts("confirmed.prepare"), [line]) for line in prepare),
        *_other_appointments(context, texts, None),
        change_section(context, texts, links),
    ]


def joining_sections(service: Service, texts: Texts, language: str) -> list[Section]:
    """How to join a visit by video or by phone."""
    lines = in_language(service.joining, language).splitlines() if service.joining else []
    return [Section(texts("mode.joining"), lines)] if lines else []


def _other_appointments(context: MailContext, texts: Texts, manage: str | None) -> list[Section]:
    """`manage` is None where another section has the link."""
    others = context.other_appointments
    if not others:
        return []
    times = [texts.day_and_time(context.local(other.starts_at, other)) for other in others]
    link = Link(texts.count("mail.see", len(others)), manage, texts("mail.keepLink")) if manage else None
    return [Section(texts.count("mail.otherVisits", len(others)), times, link)]


def change_section(context: MailContext, texts: Texts, links: Links) -> Section:
    title, count = texts("mail.change.title"), len(context.appointments)
    if links.manage is None:
        return Section(title, [texts("mail.change.call")])
    deadlines = [deadline for each in context.appointments if (deadline := context.deadline(each))]
    if deadlines:
        button = texts("confirmed.manage")
        line = (
            texts("manage.until", time=texts.day_and_time(deadlines[0]))
            if count == 1
            else texts("manage.each")
        )
    else:
        button = texts.count("mail.see", count)
        cancel_until = context.cancellation_deadline(context.appointments[0]) if count == 1 else None
        line = (
            texts("manage.grace", time=texts.clock(cancel_until))
            if cancel_until
            else texts("manage.tooLate" if count == 1 else "mail.change.call")
        )
    return Section(title, [line], Link(button, links.manage, texts("mail.keepLink")))
