"""The content of the mail that reminds a patient of all visits on a day."""

from collections.abc import Iterator

from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.notifications.content import (
    Links,
    change_section,
    deadline_row,
    joining_sections,
    location_row,
    own_lines,
    practitioner_row,
    reference_row,
    service_row,
    time_row,
    visit_stub,
)
from booking.notifications.context import MailContext
from booking.notifications.layout import Card, Link, MailLayout, Section
from booking.storage.models.appointments import Appointment


def write_reminder(context: MailContext, texts: Texts, links: Links, *, language: str) -> MailLayout:
    """`language` is for the clinic's own texts, which may be in more languages than ours."""
    appointments = context.appointments
    start = context.local(appointments[0].starts_at, appointments[0])
    is_one = len(appointments) == 1
    when = texts.day_and_time(start) if is_one else texts.day(start)
    stop = Link(texts("mail.reminder.stop"), links.page("/reminders")) if links.visits else None
    return MailLayout(
        clinic=in_language(context.clinic.name, language),
        phone=context.clinic.phone,
        phone_shown=context.clinic.phone_shown,
        subject=texts.label(texts("mail.reminder.subject"), when),
        title=texts.count("mail.reminder.title", len(appointments)),
        lead=[texts("mail.booked.lead"), *own_lines(context, language)],
        cards=[_card(context, appointment, texts, language) for appointment in appointments],
        sections=[
            *_come(context, texts, links),
            *_preparations(context, texts, language),
            _change(context, texts, links),
        ],
        unsubscribe=stop,
    )


def _card(context: MailContext, appointment: Appointment, texts: Texts, language: str) -> Card:
    service = service_row(context, appointment, texts, language)
    rows = [
        time_row(context, appointment, texts),
        service,
        practitioner_row(context, appointment, texts),
        location_row(context, appointment, texts, language),
        reference_row(appointment, texts),
    ]
    if len(context.appointments) > 1:
        rows.append(deadline_row(context, appointment, texts))
    return Card(rows, stub=visit_stub(context, appointment, texts, service.lines[0]))


def _preparations(context: MailContext, texts: Texts, language: str) -> Iterator[Section]:
    """Once for each service; named where there are several."""
    services = {row.service: context.services[row.service] for row in context.appointments}
    for service in services.values():
        yield from joining_sections(service, texts, language)
        if service.preparation:
            title = texts("confirmed.prepare")
            if len(services) > 1:
                title = texts.label(in_language(service.name, language), title)
            yield Section(title, [in_language(service.preparation, language)])


def _come(context: MailContext, texts: Texts, links: Links) -> Iterator[Section]:
    """The link asks again on its page: scanners of mails follow links."""
    if all(row.confirmed_at for row in context.appointments):
        yield Section(texts("visits.confirmed.title"), [texts("mail.reminder.confirmed")])
    elif links.visits:
        title = texts.count("visits.ask.title", len(context.appointments))
        yield Section(title, [], Link(texts("mail.reminder.confirm"), links.page("")))


def _change(context: MailContext, texts: Texts, links: Links) -> Section:
    section = change_section(context, texts, links)
    if not links.visits or not any(context.deadline(row) for row in context.appointments):
        return section
    choices = [
        Link(texts("manage.move"), links.page("/move")),
        Link(texts("manage.cancel"), links.page("/cancel")),
    ]
    return Section(section.title, section.lines, choices=choices)
