"""The mail that a patient gets: a visit is booked, moved, cancelled or near, or other times are offered."""

from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from booking.domain.events import WAITING_LIST_EVENTS, Event, EventKind
from booking.domain.tokens import manage_url
from booking.i18n.locales import texts_for
from booking.i18n.negotiation import preferred_language
from booking.i18n.texts import Texts
from booking.notifications.content import Links, write_mail
from booking.notifications.context import MailContext, mail_context
from booking.notifications.invitation import add_calendar_files
from booking.notifications.layout import MailLayout, inline_logo, set_body
from booking.notifications.mail_address import mail_address
from booking.notifications.offer import write_offer
from booking.notifications.reminder import write_reminder
from booking.notifications.waiting_list import (
    WaitingListContext,
    waiting_list_context,
    write_waiting_list_mail,
)
from booking.patients.contacts import PatientContact
from booking.storage.models.catalogue.clinic import Clinic, MailLogo
from booking.storage.session import BookingSession


class MailPolicy(EmailPolicy):
    """Folds a subject without a change: many versions of Python drop or add spaces between encoded words.

    https://github.com/python/cpython/issues/92081 and 144156
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject" or value.isascii():
            return super().fold_binary(name, value)
        encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}".encode("ascii")


# Every server takes 7 bits.
POLICY = MailPolicy(linesep=SMTP.linesep, cte_type="7bit")


async def compose_mail(
    session: BookingSession,
    event: Event,
    *,
    site: str,
    sender: str,
    manage_token: str | None,
    now: datetime,
) -> EmailMessage | None:
    """The mail, still without `From`; None if the event is outdated, or its appointments are over `now`.

    `site` is where our pages are, like `https://booking.example.com`; `sender` is the e-mail address that
    the mail will come from. The same event gives the same
    Message-ID, and shows the appointments as they stand now.
    """
    if event.kind in WAITING_LIST_EVENTS:
        return await _waiting_list_message(session, event, site, manage_token, now=now)
    context = await mail_context(session, event, now=now)
    if context is None:
        return None
    return write_message(context, site=site, sender=sender, manage_token=manage_token)


def write_message(context: MailContext, *, site: str, sender: str, manage_token: str | None) -> EmailMessage:
    """As `compose_mail`, from rows that are read already."""
    site = site.rstrip("/")
    clinic, patient, event = context.clinic, context.patient, context.event
    texts, language = _languages(clinic, patient, event)
    is_reminder = event.kind is EventKind.REMINDER_DUE
    first = context.appointments[0]
    links = Links(
        f"{site}/book/{first.service}?lang={texts.language}&practitioner={first.practitioner}",
        manage_token and manage_url(site, manage_token, texts.language),
        manage_token and f"{site}/visits/{manage_token}",
        texts.language,
    )
    write = write_offer if context.offered else write_reminder if is_reminder else write_mail
    mail = write(context, texts, links, language=language)

    message = _envelope(event, clinic, patient, mail, texts, site, context.logo)
    # A reminder and an offer have none: nothing has changed in the calendar.
    if not (context.offered or is_reminder):
        add_calendar_files(message, context, sender=sender, manage_url=links.manage, language=language)
    # Not before: to EmailMessage, Content-* is about the first part alone.
    message["Content-Language"] = texts.language
    return message


def _languages(clinic: Clinic, patient: PatientContact, event: Event) -> tuple[Texts, str]:
    """Our texts, and the language of the clinic's own, which may be in more."""
    texts = texts_for(patient.language, default=clinic.languages[0])
    texts = texts.read_at(event.occurred_at, ZoneInfo(clinic.time_zone))
    return texts, preferred_language(patient.language, clinic.languages)


async def _waiting_list_message(
    session: BookingSession, event: Event, site: str, token: str | None, *, now: datetime
) -> EmailMessage | None:
    context = await waiting_list_context(session, event, now=now)
    if context is None:
        return None
    return write_waiting_list_message(context, event, site=site, token=token)


def write_waiting_list_message(
    context: WaitingListContext, event: Event, *, site: str, token: str | None
) -> EmailMessage:
    """As `compose_mail`, from rows that are read already; `token` is the secret of the entry's page."""
    site = site.rstrip("/")
    texts, language = _languages(context.clinic, context.patient, event)
    page = f"{site}/waiting/{token}" if token else None
    mail = write_waiting_list_mail(context, texts, page, language=language)
    message = _envelope(event, context.clinic, context.patient, mail, texts, site, context.logo)
    message["Content-Language"] = texts.language
    return message


def _envelope(
    event: Event,
    clinic: Clinic,
    patient: PatientContact,
    mail: MailLayout,
    texts: Texts,
    site: str,
    logo: MailLogo | None,
) -> EmailMessage:
    """The mail as text and as HTML, to the patient."""
    message = EmailMessage(policy=POLICY)
    message["Message-ID"] = f"<{event.id}@{host_of(site)}>"
    message["Date"] = event.occurred_at
    message["To"] = mail_address(patient.contact_name or patient.name, patient.email)
    if clinic.email:
        message["Reply-To"] = mail_address(mail.clinic, clinic.email)
    message["Subject"] = mail.subject
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe.url}>"
        if mail.unsubscribe.url.startswith("https:"):  # RFC 8058 asks for it.
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to us
    set_body(message, mail, texts, inline_logo(logo, host_of(site)) if logo else None)
    return message


def host_of(site: str) -> str:
    """The host of our pages, as the right side of a Message-ID."""
    host = urlsplit(site).hostname or "localhost"
    return f"[{host}]" if ":" in host else host.encode("idna").decode()
