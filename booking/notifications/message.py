"""The mail that a patient gets when a visit is booked, moved or cancelled."""

from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from booking.calendars.ical import appointments_ical
from booking.domain.events import Event
from booking.notifications.content import Links, write_mail
from booking.notifications.context import MailContext, mail_context
from booking.notifications.layout import as_html, as_text
from booking.notifications.mail_address import mail_address
from booking.notifications.voice import has_language, voice_for
from booking.storage.session import BookingSession

# Every server takes 7 bits.
POLICY = SMTP.clone(cte_type="7bit")


async def compose_mail(
    session: BookingSession, event: Event, *, site: str, manage_token: str | None
) -> EmailMessage | None:
    """All but who it is from; None if there is nothing (any more) to tell.

    `site` is where our pages are, like `https://booking.example.com`. The same event gives the same
    Message-ID, and what the visits are like now.
    """
    occasion = await mail_context(session, event)
    return None if occasion is None else _message(occasion, site.rstrip("/"), manage_token)


def _message(occasion: MailContext, site: str, manage_token: str | None) -> EmailMessage:
    clinic, patient, event = occasion.clinic, occasion.patient, occasion.event
    language = patient.language if has_language(patient.language) else clinic.languages[0]
    voice = voice_for(language)
    links = Links(f"{site}/book", manage_token and f"{site}/manage#{manage_token}")
    letter = write_mail(occasion, voice, links, language=language)

    message = EmailMessage(policy=POLICY)
    message["Message-ID"] = f"<{event.id}@{_host(site)}>"
    message["Date"] = event.occurred_at
    message["To"] = mail_address(patient.name, patient.email)
    if clinic.email:
        message["Reply-To"] = mail_address(letter.clinic, clinic.email)
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to us
    message.set_content(as_text(letter, voice))
    message.add_alternative(as_html(letter, voice), subtype="html")
    services = {occasion.service.slug: occasion.service}
    file = appointments_ical(clinic, occasion.visits, services, occasion.locations, language=language)
    # As bytes: RFC 5545 folds lines at places that a text's encoding must not touch.
    message.add_attachment(
        file.encode(),
        maintype="text",
        subtype="calendar",
        filename="visit.ics",
        params={"charset": "utf-8", "method": "PUBLISH"},
    )
    # Not before: to EmailMessage, Content-* is about the first part alone.
    message["Content-Language"] = voice.language
    return message


def _host(site: str) -> str:
    host = urlsplit(site).hostname or "localhost"
    return f"[{host}]" if ":" in host else host.encode("idna").decode()
