"""The registry of sample mails: one of each kind that the clinic sends, to look at before patients do.

A new kind of mail gets a line in `SAMPLE_MAILS`; the command line and the desk show it then.
"""

import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from typing import cast

from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.events import Event, EventKind
from booking.notifications.message import write_message, write_waiting_list_message
from booking.notifications.samples.catalogue import SampleCatalogue
from booking.notifications.samples.staff import sample_notice
from booking.notifications.samples.visits import EMAIL, sample_context
from booking.notifications.samples.waiting_list import sample_waiting_list
from booking.notifications.staff.mail import write_notice_message
from booking.storage.models.catalogue.services import Service
from booking.waiting_list.rules import waiting_list_rules

EVENT = uuid.UUID("00000000-0000-4000-8000-000000000001")
SENDER = "bookings@example.com"
TOKEN = "sample"  # noqa: S105  # the links of samples lead to no visit


@dataclass(frozen=True)
class SampleRequest:
    """For whom a sample is written: `site` is where our pages are, `event` is in its Message-ID.

    `sender` is the address that mails come from: an invented one where no mail server is known.
    """

    catalogue: SampleCatalogue
    language: str
    site: str
    now: datetime
    sender: str = SENDER
    email: str = EMAIL
    event: uuid.UUID = EVENT


Write = Callable[[SampleRequest], EmailMessage]
"""Writes the mail, without its sender."""


class Audience(StrEnum):
    """Who gets a mail."""

    PATIENTS = "patients"
    STAFF = "staff"


@dataclass(frozen=True)
class SampleMail:
    """A mail about an event; `is_sent` says whether a clinic ever sends it."""

    event: EventKind
    write: Write
    audience: Audience = Audience.PATIENTS
    is_sent: Callable[[SampleCatalogue], bool] = lambda _: True


def _has_courses(catalogue: SampleCatalogue) -> bool:
    return catalogue.course() is not None


def _has_waiting_list(catalogue: SampleCatalogue) -> bool:
    return waiting_list_rules(catalogue.clinic) is not None


def _visit(kind: EventKind) -> SampleMail:
    return SampleMail(kind, lambda request: _message(request, kind, request.catalogue.single_visit()))


def _course(request: SampleRequest) -> EmailMessage:
    service = request.catalogue.course()
    if service is None:
        raise NotFound("The clinic has no service of several visits.")
    return _message(request, EventKind.BOOKED, service)


def _message(request: SampleRequest, kind: EventKind, service: Service) -> EmailMessage:
    context = sample_context(
        request.catalogue,
        kind,
        service,
        event=request.event,
        email=request.email,
        language=request.language,
        now=request.now,
    )
    return write_message(context, site=request.site, sender=request.sender, manage_token=TOKEN)


def _waiting_list(kind: EventKind) -> SampleMail:
    def write(request: SampleRequest) -> EmailMessage:
        context = sample_waiting_list(
            request.catalogue, kind, email=request.email, language=request.language, now=request.now
        )
        event = Event(request.event, kind, (), request.now)
        return write_waiting_list_message(context, event, site=request.site, token=TOKEN)

    return SampleMail(kind, write, is_sent=_has_waiting_list)


def _staff(kind: EventKind) -> SampleMail:
    def write(request: SampleRequest) -> EmailMessage:
        context = sample_notice(
            request.catalogue, kind, email=request.email, language=request.language, now=request.now
        )
        event = Event(request.event, kind, tuple(each.row.id for each in context.visits), request.now)
        return write_notice_message(context, event, site=request.site, email=request.email)

    return SampleMail(kind, write, Audience.STAFF)


SAMPLE_MAILS: Mapping[str, SampleMail] = {
    "booked": _visit(EventKind.BOOKED),
    "course": SampleMail(EventKind.BOOKED, _course, is_sent=_has_courses),
    "moved": _visit(EventKind.MOVED),
    "cancelled": _visit(EventKind.CANCELLED),
    "offer": _visit(EventKind.NEEDS_ATTENTION),
    "reminder": _visit(EventKind.REMINDER_DUE),
    "waiting": _waiting_list(EventKind.WAITING_LIST_JOINED),
    "opening": _waiting_list(EventKind.WAITING_LIST_OFFERED),
    "staff-booked": _staff(EventKind.BOOKED),
    "staff-moved": _staff(EventKind.MOVED),
    "staff-cancelled": _staff(EventKind.CANCELLED),
}
"""By kind, in the order in which they are shown."""


def sample_mail(kind: str, request: SampleRequest) -> EmailMessage:
    """The mail of this kind.

    Raises:
        NotFound: there is no such kind, or this clinic never sends it.
        InvalidInput: the language is not one of the clinic's.
    """
    languages = request.catalogue.clinic.languages
    if request.language not in languages:
        raise InvalidInput(
            f"The clinic has no mails in {request.language!r}. Please choose one of {', '.join(languages)}.",
            path=("language",),
            code=InvalidInputCode.UNKNOWN,
        )
    sample = SAMPLE_MAILS.get(kind)
    if sample is None:
        raise NotFound(f"There is no mail {kind!r}. Known: {', '.join(SAMPLE_MAILS)}.", path=("kind",))
    if not sample.is_sent(request.catalogue):
        sent = ", ".join(sent_kinds(request.catalogue))
        raise NotFound(f"This clinic sends no mail {kind!r}, but {sent}.", path=("kind",))
    return sample.write(request)


def sent_kinds(catalogue: SampleCatalogue) -> list[str]:
    """The kinds of mail that this clinic sends."""
    return [kind for kind, sample in SAMPLE_MAILS.items() if sample.is_sent(catalogue)]


@dataclass(frozen=True)
class MailParts:
    """A mail as its reader gets it: the HTML with its image inside, and the texts of its iCalendar files."""

    subject: str
    text: str
    html: str
    calendars: Sequence[str]


def parts_of(message: EmailMessage) -> MailParts:
    text, html = (cast("EmailMessage", message.get_body((kind,))) for kind in ("plain", "html"))
    files = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return MailParts(
        subject=str(message["Subject"]),
        text=text.get_content(),
        html=_with_images(html.get_content(), message),
        calendars=[cast("bytes", file.get_payload(decode=True)).decode() for file in files],
    )


def _with_images(html: str, message: EmailMessage) -> str:
    """As a mail program shows it: a browser by itself knows no image of another part."""
    for part in message.walk():
        if content_id := part["Content-ID"]:
            content = b64encode(cast("bytes", part.get_payload(decode=True))).decode()
            url = f"data:{part.get_content_type()};base64,{content}"
            html = html.replace(f"cid:{content_id.strip('<>')}", url)
    return html
