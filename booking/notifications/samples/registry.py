"""The registry of sample mails: one of each kind that the clinic sends, to look at before patients do.

A new kind of mail gets a line in `SAMPLE_MAILS`; the command line and the desk show it then.
"""

import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import cast

from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.events import EventKind
from booking.notifications.message import write_message
from booking.notifications.samples.catalogue import SampleCatalogue
from booking.notifications.samples.visits import EMAIL, sample_context
from booking.storage.models.catalogue import Service

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


SampleMail = Callable[[SampleRequest], EmailMessage | None]
"""Writes the mail, without its sender; None where this clinic never sends it."""


def _about(kind: EventKind) -> SampleMail:
    return lambda request: _mail(request, kind, request.catalogue.single_visit())


def _course(request: SampleRequest) -> EmailMessage | None:
    service = request.catalogue.course()
    return _mail(request, EventKind.BOOKED, service) if service else None


def _mail(request: SampleRequest, kind: EventKind, service: Service) -> EmailMessage:
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


SAMPLE_MAILS: Mapping[str, SampleMail] = {
    "booked": _about(EventKind.BOOKED),
    "course": _course,
    "moved": _about(EventKind.MOVED),
    "cancelled": _about(EventKind.CANCELLED),
    "offer": _about(EventKind.NEEDS_ATTENTION),
    "reminder": _about(EventKind.REMINDER_DUE),
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
    write = SAMPLE_MAILS.get(kind)
    if write is None:
        raise NotFound(f"There is no mail {kind!r}. Known: {', '.join(SAMPLE_MAILS)}.", path=("kind",))
    message = write(request)
    if message is None:
        raise NotFound(f"This clinic sends no mail {kind!r}: it has no such service.", path=("kind",))
    return message


def sent_kinds(catalogue: SampleCatalogue) -> list[str]:
    """The kinds of mail that this clinic sends."""
    return [kind for kind in SAMPLE_MAILS if kind != "course" or catalogue.course()]


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
