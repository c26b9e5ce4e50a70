"""What a mail says on each occasion.

Never of health but the service's own name, which the subject keeps to itself too: it is read on locked
screens. And nothing that the visitor typed: else anybody could send their own words, as ours, to whom
they like.
"""

from dataclasses import dataclass

from booking.domain.events import EventKind
from booking.domain.translations import in_language
from booking.notifications.context import MailContext
from booking.notifications.layout import Card, Link, MailLayout, Row, Section
from booking.notifications.voice import Voice
from booking.storage.models.appointments import Appointment


@dataclass(frozen=True)
class Links:
    """`manage` is secret, and only for the patient; None if it is not known any more."""

    book: str
    manage: str | None


def write_mail(occasion: MailContext, voice: Voice, links: Links, *, language: str) -> MailLayout:
    """`language` is for the clinic's own texts, which may be in more languages than ours."""
    title = _title(occasion, voice)
    first = occasion.visits[0]
    time = voice.time(occasion.local(first.starts_at, first))
    return MailLayout(
        clinic=in_language(occasion.clinic.name, language),
        phone=(occasion.clinic.phone, occasion.clinic.phone_shown),
        subject=title if len(occasion.visits) > 1 else voice.label(title, time),
        title=title,
        lead=_lead(occasion, voice),
        cards=_cards(occasion, voice, language),
        sections=_sections(occasion, voice, links, language),
    )


def _title(occasion: MailContext, voice: Voice) -> str:
    match occasion.event.kind:
        case EventKind.BOOKED:
            return voice.count("booked.title", len(occasion.visits))
        case EventKind.MOVED:
            return voice.say("changed.title" if _keeps_its_time(occasion) else "moved.title")
        case EventKind.CANCELLED:
            return voice.say("cancelled.title")


def _lead(occasion: MailContext, voice: Voice) -> list[str]:
    match occasion.event.kind:
        case EventKind.BOOKED:
            return [voice.say("booked.lead"), voice.say("calendar.add")]
        case EventKind.MOVED:
            lead = voice.say("changed.lead" if _keeps_its_time(occasion) else "moved.lead")
            return [lead, voice.say("calendar.update")]
        case EventKind.CANCELLED:
            return [voice.say("cancelled.lead"), voice.say("calendar.update")]


def _keeps_its_time(occasion: MailContext) -> bool:
    """A visit can move to somebody else at the same time."""
    return occasion.event.moved_from in (None, occasion.visits[0].starts_at)


def _cards(occasion: MailContext, voice: Voice, language: str) -> list[Card]:
    """One for a visit; for several first what they have in common."""
    visits = occasion.visits
    what = Row(voice.say("visit.what"), [in_language(occasion.service.name, language)])
    who = Row(voice.say("visit.who"), [occasion.practitioners[visits[0].practitioner].name])
    where = _where(occasion, visits[0], voice, language)
    if len(visits) == 1:
        when = [_when(occasion, visits[0], voice), *_before(occasion, voice)]
        reference = _reference(visits[0], voice)
        return [Card([*when, what, who, where, reference], _number(occasion, visits[0], voice))]
    is_one_place = len({visit.location for visit in visits}) == 1
    cards = [Card([what, who, where] if is_one_place else [what, who])]
    for visit in visits:
        place = [] if is_one_place else [_where(occasion, visit, voice, language)]
        rows = [_when(occasion, visit, voice), *place, _reference(visit, voice)]
        cards.append(Card([*rows, _changes(occasion, visit, voice)], _number(occasion, visit, voice)))
    return cards


def _number(occasion: MailContext, visit: Appointment, voice: Voice) -> str | None:
    of = len(occasion.course)
    return voice.say("visit.number", n=occasion.number(visit), of=of) if of > 1 else None


def _when(occasion: MailContext, visit: Appointment, voice: Voice) -> Row:
    start, end = occasion.local(visit.starts_at, visit), occasion.local(visit.ends_at, visit)
    return Row(voice.say("visit.when"), [voice.day(start), voice.span(start, end)], is_main=True)


def _before(occasion: MailContext, voice: Voice) -> list[Row]:
    before = occasion.event.moved_from
    if before is None or _keeps_its_time(occasion):
        return []
    return [Row(voice.say("visit.before"), [voice.time(occasion.local(before, occasion.visits[0]))])]


def _where(occasion: MailContext, visit: Appointment, voice: Voice, language: str) -> Row:
    location = occasion.location(visit)
    return Row(voice.say("visit.where"), [in_language(location.name, language), *location.address])


def _reference(visit: Appointment, voice: Voice) -> Row:
    return Row(voice.say("visit.reference"), [visit.reference])


def _changes(occasion: MailContext, visit: Appointment, voice: Voice) -> Row:
    deadline = occasion.deadline(visit)
    told = voice.say("visit.until", time=voice.time(deadline)) if deadline else voice.say("visit.tooLate")
    return Row(voice.say("visit.changes"), [told])


def _sections(occasion: MailContext, voice: Voice, links: Links, language: str) -> list[Section]:
    if occasion.event.kind is EventKind.CANCELLED:
        again = Link(voice.say("again.button"), links.book)
        sections = [Section(voice.say("again.title"), [voice.say("again.text")], again)]
        return sections + _others(occasion, voice, links)
    preparation = occasion.service.preparation
    prepare = [in_language(preparation, language)] if preparation else []
    return [
        *(Section(voice.say("prepare.title"), [line]) for line in prepare),
        *_others(occasion, voice, None),
        _change(occasion, voice, links),
    ]


def _others(occasion: MailContext, voice: Voice, links: Links | None) -> list[Section]:
    """With the manage link where no other section has it."""
    others = occasion.others
    if not others:
        return []
    times = [voice.time(occasion.local(visit.starts_at, visit)) for visit in others]
    link = None
    if links and links.manage:
        link = Link(voice.count("change.see", len(others)), links.manage, voice.say("change.keep"))
    return [Section(voice.count("others.title", len(others)), times, link)]


def _change(occasion: MailContext, voice: Voice, links: Links) -> Section:
    title = voice.say("change.title")
    if links.manage is None:
        return Section(title, [voice.say("change.call")])
    count = len(occasion.visits)
    deadlines = [deadline for visit in occasion.visits if (deadline := occasion.deadline(visit))]
    if not deadlines:
        late = voice.say("change.tooLate" if count == 1 else "change.call")
        see = Link(voice.count("change.see", count), links.manage, voice.say("change.keep"))
        return Section(title, [late], see)
    until = (
        voice.say("change.until", time=voice.time(deadlines[0])) if count == 1 else voice.say("change.each")
    )
    change = Link(voice.say("change.button"), links.manage, voice.say("change.keep"))
    return Section(title, [until], change)
