"""The layout of a mail, and its rendering as text and as HTML, with the clinic's logo inside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from booking.i18n.texts import Texts
from booking.storage.models.catalogue.clinic import MailLogo

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True)
class Row:
    """A fact and its name; the main one stands out, and the `notes` step back.

    One that is `on_stub` is drawn there, and a line like the others in the text.
    """

    name: str
    lines: Sequence[str]
    notes: Sequence[str] = field(default=(), kw_only=True)
    is_main: bool = False
    on_stub: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Stub:
    """The head of a card, as on the confirmation: a leaf of a calendar, the time, what, the reference.

    It is crossed out where the visit is cancelled.
    """

    leaf: tuple[str, str, str]
    time: str
    what: str
    reference: Row
    is_cancelled: bool = False


@dataclass(frozen=True)
class Card:
    """Facts that belong together."""

    rows: Sequence[Row]
    title: str | None = None
    stub: Stub | None = None


@dataclass(frozen=True)
class Link:
    text: str
    url: str
    note: str | None = None


@dataclass(frozen=True)
class Section:
    """Something to do or to know, under its own heading."""

    title: str
    lines: Sequence[str] = ()
    link: Link | None = None
    choices: Sequence[Link] = ()
    """Links of equal weight, beside each other."""


@dataclass(frozen=True)
class MailLayout:
    """`phone` is E.164, for a link; `phone_shown` is as the clinic writes it. Both are empty in a mail to
    the staff.

    `foot` says why the reader gets the mail; None where a patient does. `unsubscribe` leads to where such
    mails are stopped, for those that no change of the reader's own has caused.
    """

    clinic: str
    phone: str
    phone_shown: str
    subject: str
    title: str
    lead: Sequence[str]
    cards: Sequence[Card]
    sections: Sequence[Section]
    unsubscribe: Link | None = None
    foot: str | None = None


def as_text(mail: MailLayout, texts: Texts) -> str:
    cards = [_text_of_card(card, texts) for card in mail.cards]
    sections = [_text_of_section(section, texts) for section in mail.sections]
    call = [f"{texts('contact.call')} {mail.phone_shown}"] if mail.phone else []
    foot = [mail.clinic, mail.foot or texts("mail.foot")]
    if mail.unsubscribe:
        foot += [texts.label(mail.unsubscribe.text, "").rstrip(), mail.unsubscribe.url]
    parts = [mail.title, "\n".join(mail.lead), *cards, *sections, *call, "\n".join(foot)]
    return "\n\n".join(parts) + "\n"


def _text_of_card(card: Card, texts: Texts) -> str:
    rows = [texts.label(row.name, "\n  ".join([*row.lines, *row.notes])) for row in card.rows]
    return "\n".join([card.title, *rows] if card.title else rows)


def _text_of_section(section: Section, texts: Texts) -> str:
    lines = [section.title, *section.lines]
    if section.link:
        lines += [texts.label(section.link.text, "").rstrip(), section.link.url]
        lines += [section.link.note] if section.link.note else []
    for choice in section.choices:
        lines += [texts.label(choice.text, "").rstrip(), choice.url]
    return "\n".join(lines)


def as_html(mail: MailLayout, texts: Texts, logo: "InlineLogo | None" = None) -> str:
    """A whole page, which loads nothing from elsewhere."""
    return templates.get_template("mail.html").render(mail=mail, text=texts, logo=logo)


@dataclass(frozen=True)
class InlineLogo:
    """`content_id` is that of its part of the mail (RFC 2392), without the angle brackets."""

    image: MailLogo
    content_id: str

    @property
    def url(self) -> str:
        return f"cid:{self.content_id}"


def inline_logo(image: MailLogo, host: str) -> InlineLogo:
    """The same image has the same id in all mails of a host."""
    return InlineLogo(image, f"logo.{sha256(image.content).hexdigest()[:16]}@{host}")


def set_body(message: EmailMessage, mail: MailLayout, texts: Texts, logo: InlineLogo | None = None) -> None:
    """The mail as text and as HTML; the HTML with its logo is one alternative (RFC 2387)."""
    message.set_content(as_text(mail, texts))
    message.add_alternative(as_html(mail, texts, logo), subtype="html")
    if logo:
        html = cast("EmailMessage", message.get_body(("html",)))
        _, _, subtype = logo.image.media_type.partition("/")
        html.add_related(
            logo.image.content,
            maintype="image",
            subtype=subtype,
            cid=f"<{logo.content_id}>",
            disposition="inline",
            filename=f"logo.{subtype}",
        )
        html.set_param("type", "text/html")
