"""Services, practitioners, locations and visits as a page shows them, in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import (
    QualifiedOffer,
    all_locations,
    all_practitioners,
    all_services,
    deliverable_offers,
)
from booking.catalogue.photos import PhotoAddress, initials, photo_versions, size_for
from booking.catalogue.visit_place import arrival_lines, place_lines
from booking.domain.policy import BookingPolicy
from booking.domain.translations import Translations, in_language
from booking.i18n.texts import Texts
from booking.storage.cooperative import cooperatively
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.holds import Hold
from booking.storage.queries.catalogue import cached, listed_locations
from booking.storage.session import BookingSession
from rendering.service_facts import service_facts

MINUTE = timedelta(minutes=1)
FACE = 96
"""The width of a photo in pixels: twice as many as in CSS, for sharp screens."""


@dataclass(frozen=True)
class PractitionerView:
    """`facts` are those of the service with them, `length` the first where it is not the same with all."""

    slug: str
    name: str
    title: str
    languages: str
    about: str
    photo: str  # a path; "" without one
    facts: Sequence[str] = ()
    length: str = ""

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def title_and_languages(self) -> str:
        """`Physiotherapist · English, French`."""
        return " · ".join(filter(None, (self.title, self.languages)))

    @property
    def name_and_title(self) -> str:
        """`Sample Practitioner A, Physiotherapist`."""
        return ", ".join(filter(None, (self.name, self.title)))


@dataclass(frozen=True)
class LocationView:
    slug: str
    name: str
    address: Sequence[str]
    zone: ZoneInfo


@dataclass(frozen=True)
class ServiceView:
    """A service that can be booked, and the practitioners who may deliver it."""

    slug: str
    name: str
    category: str
    description: str
    facts: Sequence[str]  # "45 min", "3 visits", "from $110"
    visits: int
    practitioners: Sequence[PractitionerView]

    def facts_with(self, practitioner: str | None) -> Sequence[str]:
        """Those of the service with a practitioner, if there is one of this slug."""
        return next((view.facts for view in self.practitioners if view.slug == practitioner), self.facts)


@dataclass(frozen=True)
class Summary:
    """The visits that are about to be booked, or were; `times` are on the location's clock.

    `place` are lines; `joining` says how to join a visit that is not there, and `arrival` how to get
    there, once it is booked.
    """

    service: str
    preparation: str
    practitioner: PractitionerView
    times: Sequence[datetime]
    location: LocationView
    place: Sequence[str]
    joining: str = ""
    arrival: Sequence[str] = ()


async def bookable_services(session: BookingSession, texts: Texts, *, now: datetime) -> list[ServiceView]:
    """Each service that a practitioner may deliver on a bookable day, in the clinic's order.

    Computed once a day for each revision of the catalogue.
    """

    async def compute() -> list[ServiceView]:
        offers: dict[str, list[QualifiedOffer]] = {}
        for offer in await deliverable_offers(session, now=now):
            offers.setdefault(offer.service.slug, []).append(offer)
        photos = await photo_versions(session)
        return [_service_view(each, texts, photos) async for each in cooperatively(offers.values())]

    key = "bookable services", texts.language, now.date()
    return await cached(
        session, key, compute, weigh=lambda views: sum(len(view.practitioners) for view in views)
    )


async def location_views(session: BookingSession, texts: Texts) -> Mapping[str, LocationView]:
    return {row.slug: _location_view(row, texts) for row in await listed_locations(session)}


async def summary_of(
    session: BookingSession, rows: Sequence[Hold] | Sequence[Appointment], texts: Texts
) -> Summary:
    """The summary of holds or appointments of one service and practitioner, also withdrawn ones."""
    first = rows[0]
    is_booked = isinstance(first, Appointment)
    service = (await all_services(session))[first.service]
    place = (await all_locations(session))[first.location]
    practitioner = (await all_practitioners(session))[first.practitioner]
    locations = {slug: _location_view(row, texts) for slug, row in (await all_locations(session)).items()}
    return Summary(
        in_language(service.name, texts.language),
        translated(service.preparation, texts),
        _practitioner_view(practitioner, texts, await photo_versions(session)),
        [row.starts_at.astimezone(locations[row.location].zone) for row in rows],
        locations[first.location],
        place_lines(service, place, texts, texts.language),
        translated(service.joining, texts) if is_booked else "",
        arrival_lines(service, place, texts.language) if is_booked else (),
    )


def rule_before_booking(
    policy: BookingPolicy, rows: Sequence[Hold], zone: ZoneInfo, texts: Texts, *, now: datetime
) -> str:
    """Until when the visits that are about to be booked can be changed online."""
    if len(rows) > 1:
        return texts("manage.each")
    deadline = policy.change_deadline(rows[0].starts_at)
    if deadline >= now:
        return texts("manage.until", time=texts.day_and_time(deadline.astimezone(zone)))
    minutes = policy.grace // MINUTE
    return texts.count("details.grace", minutes) if minutes else texts("details.noChanges")


@dataclass(frozen=True)
class ChangeRule:
    """`text` says until when booked visits can be changed online; `link` names the page for that."""

    text: str
    link: str


def rule_after_booking(
    policy: BookingPolicy, rows: Sequence[Appointment], zone: ZoneInfo, texts: Texts, *, now: datetime
) -> ChangeRule:
    first = rows[0]
    deadline, grace_end = first.change_deadline(policy), first.cancellation_deadline(policy)
    if len(rows) > 1:
        return ChangeRule(texts("manage.each"), texts("confirmed.manage"))
    if deadline >= now:
        until = texts("manage.until", time=texts.day_and_time(deadline.astimezone(zone)))
        return ChangeRule(until, texts("confirmed.manage"))
    if grace_end >= now:
        until = texts("manage.grace", time=texts.clock(grace_end.astimezone(zone)))
        return ChangeRule(until, texts("confirmed.undo"))
    return ChangeRule(texts("manage.tooLate"), texts.count("visits.title", 1))


def translated(translations: Translations | None, texts: Texts) -> str:
    """An optional text of the clinic's in the language of the page; "" if there is none."""
    return in_language(translations, texts.language) if translations else ""


def _service_view(offers: Sequence[QualifiedOffer], texts: Texts, photos: Mapping[str, str]) -> ServiceView:
    row = offers[0].service
    name, description = in_language(row.name, texts.language), translated(row.description, texts)
    is_same = len({offer.duration for offer in offers}) == 1
    practitioners = []
    for offer in offers:
        facts = service_facts([offer], texts)
        view = _practitioner_view(offer.practitioner, texts, photos)
        practitioners.append(replace(view, facts=facts, length="" if is_same else facts[0]))
    return ServiceView(
        row.slug,
        name,
        translated(row.category, texts),
        description,
        service_facts(offers, texts),
        row.visits,
        practitioners,
    )


def _practitioner_view(row: Practitioner, texts: Texts, photos: Mapping[str, str]) -> PractitionerView:
    """`photos` are the versions of photos, by slug."""
    version = photos.get(row.slug)
    return PractitionerView(
        row.slug,
        row.name,
        translated(row.title, texts),
        texts.language_names(row.languages),
        translated(row.about, texts),
        PhotoAddress(row.slug, version, size_for(FACE)).path if version else "",
    )


def _location_view(row: Location, texts: Texts) -> LocationView:
    name = in_language(row.name, texts.language)
    return LocationView(row.slug, name, row.address, ZoneInfo(row.time_zone))
