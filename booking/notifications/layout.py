"""A mail before it is text or HTML: one page of calm facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from booking.notifications.voice import Voice

FONT = "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# Only colours that read on white and on black: mail programs choose the paper, and some ignore styles
# for the dark. Everything else is the program's own ink.
BRAND = "#0b6b66"
LEAF = "#14918a"
TINT = "rgba(38, 150, 142, .1)"
EDGE = "rgba(110, 140, 138, .45)"


@dataclass(frozen=True)
class Row:
    """A fact and its name; the main one stands out."""

    name: str
    lines: Sequence[str]
    is_main: bool = False


@dataclass(frozen=True)
class Card:
    """Facts that belong together."""

    rows: Sequence[Row]
    title: str | None = None


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


@dataclass(frozen=True)
class MailLayout:
    """`phone` is E.164 and as the clinic shows it."""

    clinic: str
    phone: tuple[str, str]
    subject: str
    title: str
    lead: Sequence[str]
    cards: Sequence[Card]
    sections: Sequence[Section]


def as_text(letter: MailLayout, voice: Voice) -> str:
    cards = [_text_of_card(card, voice) for card in letter.cards]
    sections = [_text_of_section(section, voice) for section in letter.sections]
    call = voice.label(voice.say("contact.call"), letter.phone[1])
    blocks = [letter.title, "\n".join(letter.lead), *cards, *sections, call]
    return "\n\n".join([*blocks, f"{letter.clinic}\n{voice.say('foot')}"]) + "\n"


def _text_of_card(card: Card, voice: Voice) -> str:
    rows = [voice.label(row.name, "\n  ".join(row.lines)) for row in card.rows]
    return "\n".join([card.title, *rows] if card.title else rows)


def _text_of_section(section: Section, voice: Voice) -> str:
    lines = [section.title, *section.lines]
    if section.link:
        lines += [voice.label(section.link.text, "").rstrip(), section.link.url]
        lines += [section.link.note] if section.link.note else []
    return "\n".join(lines)


def as_html(letter: MailLayout, voice: Voice) -> str:
    """Whole, without anything from elsewhere. All texts are escaped here and nowhere else."""
    phone, phone_shown = letter.phone
    call = _link(Link(phone_shown, f"tel:{phone}"), "color: inherit; white-space: nowrap")
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{voice.language}" dir="{voice.direction}">',
            '<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"{_tag('title', letter.subject)}\n</head>",
            '<body style="margin: 0; padding: 0">',
            # Some programs throw away all that is outside of the body's content.
            f'<div lang="{voice.language}" dir="{voice.direction}" style="{FONT}; font-size: 16px; '
            'line-height: 1.5; max-width: 34em; margin: 0 auto; padding: 28px 20px; word-wrap: break-word">',
            _tag(
                "p",
                letter.clinic,
                f"margin: 0 0 24px; padding: 0 0 0 12px; border-left: 4px solid {LEAF}; font-weight: 600",
            ),
            _tag("h1", letter.title, "margin: 0 0 8px; font-size: 28px; line-height: 1.2; font-weight: 700"),
            *(_tag("p", line, "margin: 0 0 4px") for line in letter.lead),
            *(_card(card) for card in letter.cards),
            *(_section(section) for section in letter.sections),
            f'<p style="margin: 28px 0 0; padding: 20px 0 0; border-top: 1px solid {EDGE}">'
            f"{voice.label(escape(voice.say('contact.call')), call)}</p>",
            _tag("p", voice.say("foot"), "margin: 8px 0 0; font-size: 14px; opacity: .8"),
            "</div>\n</body>\n</html>\n",
        ]
    )


def _card(card: Card) -> str:
    title = _tag("h2", card.title, "margin: 0 0 8px; font-size: 17px; line-height: 1.3") if card.title else ""
    rows = "\n".join(_row(row, is_first=row is card.rows[0]) for row in card.rows)
    style = f"margin: 20px 0 0; padding: 18px 20px; border: 1px solid {EDGE}; border-radius: 12px; "
    return f'<div style="{style}background: {TINT}">{title}\n<dl style="margin: 0">\n{rows}\n</dl></div>'


def _row(row: Row, *, is_first: bool) -> str:
    # Names and addresses may run the other way; <bdi> keeps them from turning round what is beside them.
    lines = "<br>".join(f"<bdi>{escape(line)}</bdi>" for line in row.lines)
    name = _tag("dt", row.name, f"margin: {0 if is_first else 12}px 0 0; font-size: 14px; opacity: .8")
    size = "font-size: 18px; line-height: 1.4; font-weight: 700" if row.is_main else "font-size: 16px"
    return f'{name}<dd style="margin: 0; {size}">{lines}</dd>'


def _section(section: Section) -> str:
    parts = [_tag("h2", section.title, "margin: 28px 0 4px; font-size: 19px; line-height: 1.3")]
    parts += [_tag("p", line, "margin: 0 0 4px") for line in section.lines]
    if section.link:
        style = "display: inline-block; padding: 11px 22px; border-radius: 10px; font-weight: 600; "
        style += f"background: {BRAND}; border: 1px solid {EDGE}; color: #ffffff; text-decoration: none"
        parts += [f'<p style="margin: 14px 0 8px">{_link(section.link, style)}</p>']
        if section.link.note:
            parts += [_tag("p", section.link.note, "margin: 0; font-size: 14px; opacity: .8")]
    return "\n".join(parts)


def _tag(name: str, text: str, style: str | None = None) -> str:
    return f'<{name} style="{style}">{escape(text)}</{name}>' if style else f"<{name}>{escape(text)}</{name}>"


def _link(link: Link, style: str) -> str:
    return f'<a href="{escape(link.url)}" style="{style}">{escape(link.text)}</a>'
