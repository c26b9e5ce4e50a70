"""An entry of the waiting list in words: whose it is, its turn, what it waits for, and what was offered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.waiting_list.queue import Queued, QueueState
from desk.blocked_time.views import BlockWords
from rendering.wishes_form import PARTS_OF_DAY

LAST_OFFERS = 3
MINUTES = 60
WHOLE_DAY = (0, 24 * MINUTES)


@dataclass(frozen=True)
class EntryLine:
    """Times are on the clock of their location. Without a name or number where names are hidden.

    `state` says why it is not asked in order; `offers` are the last ones that are over, the newest first.
    """

    id: uuid.UUID
    place: int | None
    name: str | None
    contact: str
    service: str
    practitioners: str
    days: str
    times: Sequence[str]
    location: str
    since: str
    held: str
    state: str
    offered: str
    offers: Sequence[str]
    visit: uuid.UUID | None
    visit_at: str

    @classmethod
    def of(cls, queued: Queued, words: BlockWords) -> "EntryLine":
        entry, texts, contact = queued.entry, words.texts, queued.contact
        replaces, held = queued.replaces, queued.held
        is_explained = queued.state not in (QueueState.HELD, QueueState.IN_ORDER)
        over = [each for each in queued.offers if each.outcome is not None]
        return cls(
            entry.id,
            queued.place,
            contact.name if contact else None,
            " · ".join(each for each in (contact.phone, contact.email) if each) if contact else "",
            in_language(words.services[entry.service].name, texts.language),
            practitioners_of(entry, words),
            days_of(entry, texts),
            times_of(entry.available_times, texts),
            words.location(entry.location) if entry.location else "",
            texts("desk.waiting.since", day=_day(entry.waiting_since, words.clinic_zone, texts)),
            _held(held, words) if held else "",
            texts("desk.waiting.state." + queued.state) if is_explained else "",
            texts.count("desk.waiting.offered", queued.offered_lately) if queued.offered_lately else "",
            [_offer(each, words) for each in over[:LAST_OFFERS]],
            replaces.id if replaces else None,
            texts.day_and_time(replaces.starts_at.astimezone(words.zones[replaces.location]))
            if replaces
            else "",
        )


def practitioners_of(entry: WaitingListEntry, words: BlockWords) -> str:
    names = [words.practitioners[slug].name for slug in entry.practitioners]
    return ", ".join(names) or words.texts("waiting.anyone")


def days_of(entry: WaitingListEntry, texts: Texts) -> str:
    if entry.first_day == entry.last_day:
        return texts.day(entry.first_day)
    return texts("days.span", first=texts.day(entry.first_day), last=texts.day(entry.last_day))


def times_of(available: Sequence[Sequence[int]], texts: Texts) -> list[str]:
    """A line for each time of the day with its weekdays: `Mon., Tue.: Morning`; none for any time."""
    parts = {(begin * MINUTES, end * MINUTES): texts(name) for name, begin, end in PARTS_OF_DAY}
    lines = []
    ordered = sorted(available, key=lambda each: (each[1], each[2], each[0]))
    for (begin, until), group in groupby(ordered, key=lambda each: (each[1], each[2])):
        weekdays = [each[0] for each in group]
        days = ", ".join(texts.short_weekday(day) for day in weekdays)
        if len(weekdays) == len(range(7)):
            days = texts("desk.waiting.everyDay")
        if (begin, until) == WHOLE_DAY:
            lines.append(days)
            continue
        span = parts.get((begin, until)) or texts(
            "clock.span", start=texts.opening_time(begin), end=texts.opening_time(until)
        )
        lines.append(texts.label(days, span))
    return lines


def _held(offer: WaitingListOffer, words: BlockWords) -> str:
    zone = words.zones[offer.location]
    return words.texts(
        "desk.waiting.held",
        time=words.texts.day_and_time(offer.starts_at.astimezone(zone)),
        name=words.practitioners[offer.practitioner].name,
        until=words.texts.clock(offer.expires_at.astimezone(zone)),
    )


def _offer(offer: WaitingListOffer, words: BlockWords) -> str:
    time = words.texts.day_and_time(offer.starts_at.astimezone(words.zones[offer.location]))
    return words.texts.label(time, words.texts("desk.waiting.outcome." + (offer.outcome or "")))


def _day(at: datetime, zone: ZoneInfo, texts: Texts) -> str:
    return texts.day(at.astimezone(zone).date())
