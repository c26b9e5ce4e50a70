"""The content of the mail that offers other times for visits that can't take place."""

from booking.catalogue.visit_place import place_lines
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.notifications.content import Links, own_lines
from booking.notifications.context import MailContext
from booking.notifications.layout import Card, Link, MailLayout, Row, Section
from booking.storage.models.appointments import Appointment


def write_offer(context: MailContext, texts: Texts, links: Links, *, language: str) -> MailLayout:
    """`language` is for the clinic's own texts, which may be in more languages than ours."""
    appointments, count = context.appointments, len(context.appointments)
    title = texts.count("mail.offer.title", count)
    time = texts.day_and_time(context.local(appointments[0].starts_at, appointments[0]))
    return MailLayout(
        clinic=in_language(context.clinic.name, language),
        phone=context.clinic.phone,
        phone_shown=context.clinic.phone_shown,
        subject=title if count > 1 else texts.label(title, time),
        title=title,
        lead=[texts.count("mail.offer.lead", count), *own_lines(context, language)],
        cards=[_card(context, appointment, texts, language) for appointment in appointments],
        sections=[_choose(texts, links)],
    )


def _card(context: MailContext, appointment: Appointment, texts: Texts, language: str) -> Card:
    location = context.location(appointment)
    planned = texts.day_and_time(context.local(appointment.starts_at, appointment))
    return Card(
        [
            Row(texts("mail.offer.open"), _open_times(context, appointment, texts), is_main=True),
            Row(texts("mail.offer.planned"), [planned]),
            Row(texts("summary.what"), [in_language(context.service.name, language)]),
            Row(texts("summary.who"), [context.practitioners[appointment.practitioner].name]),
            Row(texts("summary.where"), place_lines(context.service, location, texts, language)),
            Row(texts.count("confirmed.reference", 1), [appointment.reference]),
        ]
    )


def _open_times(context: MailContext, appointment: Appointment, texts: Texts) -> list[str]:
    """The name is said where it is another practitioner."""
    lines = []
    for offered in context.offered[appointment.id]:
        time = texts.day_and_time(context.local(offered.starts_at, appointment))
        if offered.practitioner != appointment.practitioner:
            name = context.practitioners[offered.practitioner].name
            time = texts("mail.offer.with", time=time, name=name)
        lines.append(time)
    return lines


def _choose(texts: Texts, links: Links) -> Section:
    title = texts("mail.offer.choose.title")
    if links.manage is None:
        return Section(title, [texts("mail.offer.call")])
    link = Link(texts("time.title"), links.manage, texts("mail.keepLink"))
    return Section(title, [texts("mail.offer.choose.text")], link)
