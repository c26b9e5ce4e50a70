"""The mails of the waiting list: a patient is on it, or a time is held for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations, all_practitioners, all_services, mail_logo
from booking.catalogue.visit_place import place_lines
from booking.domain.events import Event, EventKind
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.notifications.layout import Card, Link, MailLayout, Row, Section
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.models.catalogue.clinic import Clinic, Location, MailLogo
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.waiting_list import entries_by_id, entry_of_event, offer_of_event
from booking.storage.session import BookingSession
from booking.waiting_list.entry import WaitingState, state_of
from booking.waiting_list.rules import WaitingListRules, waiting_list_rules

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class WaitingListContext:
    """The rows that a mail about an entry is written from. `offer` is None where none is meant."""

    clinic: Clinic
    rules: WaitingListRules
    patient: PatientContact
    state: WaitingState
    offer: WaitingListOffer | None
    services: Mapping[str, Service]
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]
    logo: MailLogo | None

    @property
    def entry(self) -> WaitingListEntry:
        return self.state.entry


async def waiting_list_context(
    session: BookingSession, event: Event, *, now: datetime
) -> WaitingListContext | None:
    """None if the event is outdated: the patient waits no more, or the time is not held any more.

    Also None within quiet hours for an offer, since an attempt of the day has failed, and once the patient is
    erased.
    """
    clinic = await get_clinic(session)
    rules, offer = waiting_list_rules(clinic), None
    if event.kind is EventKind.WAITING_LIST_OFFERED:
        offer = await offer_of_event(session, event.id)
        if offer is None or offer.outcome is not None or offer.expires_at <= now:
            return None
        entry = (await entries_by_id(session, [offer.entry])).get(offer.entry)
    else:
        entry = await entry_of_event(session, event.id)
    if entry is None or not entry.waits or rules is None or (offer is not None and rules.is_quiet(now)):
        return None
    patient = (await contacts_by_id(session, [entry.patient])).get(entry.patient)
    if patient is None or not patient.email:
        return None
    return WaitingListContext(
        clinic,
        rules,
        patient,
        await state_of(session, entry),
        offer,
        await all_services(session),
        await all_practitioners(session),
        await all_locations(session),
        await mail_logo(session),
    )


def write_waiting_list_mail(
    context: WaitingListContext, texts: Texts, page: str | None, *, language: str
) -> MailLayout:
    """`page` is the address of the entry, None if its secret is not known any more."""
    leave = Link(texts("waiting.leave"), f"{page}/leave?lang={texts.language}") if page else None
    clinic, offer = context.clinic, context.offer
    zones = {slug: ZoneInfo(location.time_zone) for slug, location in context.locations.items()}
    if offer is None:
        title = texts("waiting.title")
        lead = [texts("waiting.lead", minutes=context.rules.offer // MINUTE)]
        catalogue = context.services, context.practitioners, context.locations
        rows = wish_rows(context.entry, *catalogue, texts, language)
        link = Link(texts("waiting.see"), f"{page}?lang={texts.language}", texts("mail.keepLink"))
        sections = [Section(texts("waiting.how.title"), [texts("waiting.order")], link if page else None)]
        subject = title
    else:
        zone = zones[offer.location]
        starts_at, until = offer.starts_at.astimezone(zone), offer.expires_at.astimezone(zone)
        title = texts("waiting.offer.title")
        lead = [texts("waiting.offer.lead", time=texts.clock(until))]
        rows = offer_rows(context, offer, texts, language, starts_at, offer.ends_at.astimezone(zone))
        link = Link(texts("waiting.offer.see"), f"{page}?lang={texts.language}", texts("mail.keepLink"))
        sections = [
            Section(texts("waiting.offer.ask"), [texts("waiting.offer.otherwise")], link if page else None)
        ]
        subject = texts.label(title, texts.day_and_time(starts_at))
    rows += _later_visit(context, texts, zones)
    return MailLayout(
        clinic=in_language(clinic.name, language),
        phone=clinic.phone,
        phone_shown=clinic.phone_shown,
        subject=subject,
        title=title,
        lead=lead,
        cards=[Card(rows)],
        sections=sections,
        unsubscribe=leave,
    )


def wish_rows(
    entry: WaitingListEntry,
    services: Mapping[str, Service],
    practitioners: Mapping[str, Practitioner],
    locations: Mapping[str, Location],
    texts: Texts,
    language: str,
) -> list[Row]:
    """What the patient waits for; `language` is for the clinic's own texts."""
    who = [practitioners[slug].name for slug in entry.practitioners]
    where = in_language(locations[entry.location].name, language) if entry.location else None
    days = texts("days.span", first=texts.day(entry.first_day), last=texts.day(entry.last_day))
    if entry.first_day == entry.last_day:
        days = texts.day(entry.first_day)
    rows = [
        Row(texts("waiting.days"), [days, *_times(entry.available_times, texts)], is_main=True),
        Row(texts("summary.what"), [in_language(services[entry.service].name, language)]),
        Row(texts("summary.who"), who or [texts("waiting.anyone")]),
    ]
    return [*rows, Row(texts("summary.where"), [where])] if where else rows


def _times(available: Sequence[Sequence[int]], texts: Texts) -> list[str]:
    """One line for each weekday and time: `Tuesday: 9:00 a.m. to 12:00 p.m.`."""
    lines = []
    for weekday, begin, until in available:
        day = texts.weekday(weekday)
        if (begin, until) == (0, 24 * 60):
            lines.append(day)
        else:
            span = texts("clock.span", start=texts.opening_time(begin), end=texts.opening_time(until))
            lines.append(texts.label(day, span))
    return lines


def offer_rows(
    context: WaitingListContext,
    offer: WaitingListOffer,
    texts: Texts,
    language: str,
    starts_at: datetime,
    ends_at: datetime,
) -> list[Row]:
    """The offered visit; its times on the location's clock."""
    location, service = context.locations[offer.location], context.services[context.entry.service]
    return [
        Row(texts("summary.when"), [texts.day(starts_at), texts.span(starts_at, ends_at)], is_main=True),
        Row(texts("summary.what"), [in_language(service.name, language)]),
        Row(texts("summary.who"), [context.practitioners[offer.practitioner].name]),
        Row(texts("summary.where"), place_lines(service, location, texts, language)),
    ]


def _later_visit(context: WaitingListContext, texts: Texts, zones: Mapping[str, ZoneInfo]) -> list[Row]:
    visit = context.state.replaces
    if visit is None or not visit.stands:
        return []
    zone = zones[visit.location]
    return [Row(texts("waiting.later"), [texts.day_and_time(visit.starts_at.astimezone(zone))])]
