"""The clinic and its offer: services, practitioners, locations, hours, certifications, screening."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import exists, func, or_, select

from booking.storage.base import Table
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.hours import Closure, DayHours, OpeningHours, RecurringTimeOff, TimeOff
from booking.storage.models.catalogue.practitioners import Certification, Practitioner, PractitionerPhoto
from booking.storage.models.catalogue.services import (
    ScreeningQuestion,
    Service,
    ServiceOffer,
    ServiceScreening,
)
from booking.storage.models.desk.blocked_time import ExtraHours
from booking.storage.session import BookingSession
from booking.timegrid.recurring_days import EVERY_DAY, RecurringDays
from booking.timegrid.ticks import DAY

T = TypeVar("T", bound=Table)
V = TypeVar("V")

CLINIC = select(Clinic)


async def get_clinic(session: BookingSession, *, refresh: bool = False) -> Clinic:
    """The one clinic, read once in a session unless `refresh`."""
    if refresh or session.clinic is None:
        options = {"populate_existing": refresh}
        session.clinic = (await session.scalars(CLINIC, execution_options=options)).one()
    return session.clinic


async def cached(
    session: BookingSession,
    key: Hashable,
    compute: Callable[[], Awaitable[V]],
    *,
    weigh: Callable[[V], int] = lambda _: 1,
) -> V:
    """A value derived from the catalogue alone, computed once for each of its revisions.

    A hit needs no statement. Rows in the value belong to no session: read them, never change them.
    """
    revision = (await get_clinic(session)).catalogue_revision
    value: V | None = session.catalogue_cache.get(revision, key)
    if value is None:
        value = await compute()
        # SQLite answers within the loop: several cold values in a row would hold it for long.
        await asyncio.sleep(0)
        session.catalogue_cache.put(revision, key, value, weigh(value))
    return value


async def all_rows(session: BookingSession, table: type[T]) -> Sequence[T]:
    return (await session.scalars(select(table))).all()


async def listed_services(session: BookingSession) -> Sequence[Service]:
    return (await session.scalars(select(Service).where(Service.listed).order_by(Service.position))).all()


async def listed_locations(session: BookingSession) -> Sequence[Location]:
    return (await session.scalars(select(Location).where(Location.listed).order_by(Location.position))).all()


async def listed_practitioners(session: BookingSession) -> Sequence[Practitioner]:
    query = select(Practitioner).where(Practitioner.listed).order_by(Practitioner.position)
    return (await session.scalars(query)).all()


async def versions_of_photos(session: BookingSession) -> dict[str, str]:
    """The version of each practitioner's photo, by the practitioner's slug."""
    query = select(PractitionerPhoto.practitioner, PractitionerPhoto.version).distinct()
    return {slug: version for slug, version in await session.execute(query)}  # noqa: C416  Rows are no pairs to mypy.


@dataclass(frozen=True, slots=True)
class CertifiedDays:
    """The days on which a certification is valid, both included; `valid_from` None is without a first."""

    valid_from: date | None
    valid_until: date


@dataclass(frozen=True, slots=True)
class Qualification:
    """A practitioner (slug) who offers a service: how long, for which price, and on which days.

    `certification` is None where the service requires none.
    """

    practitioner: str
    duration: timedelta
    price: str | None
    certification: CertifiedDays | None


async def qualified_practitioners(session: BookingSession, service: str) -> list[Qualification]:
    """The practitioners who offer a listed service, in the clinic's order."""
    required = (Certification.practitioner == Practitioner.slug) & (Certification.kind == Service.requires)
    query = (
        select(
            Practitioner.slug,
            func.coalesce(ServiceOffer.duration, Service.duration),
            func.coalesce(ServiceOffer.price, Service.price),
            Service.requires,
            Certification.valid_from,
            Certification.valid_until,
        )
        .join(ServiceOffer, ServiceOffer.practitioner == Practitioner.slug)
        .join(Service, Service.slug == ServiceOffer.service)
        .outerjoin(Certification, required)
        .where(Service.slug == service, Service.listed, Practitioner.listed)
        .where(or_(Service.requires.is_(None), Certification.kind.is_not(None)))
        .order_by(Practitioner.position)
    )
    return [
        Qualification(slug, duration, price, CertifiedDays(valid_from, valid_until) if requires else None)
        for slug, duration, price, requires, valid_from, valid_until in await session.execute(query)
    ]


async def practitioners_who_offer(session: BookingSession, service: str) -> Sequence[str]:
    """The slugs of listed practitioners who offer the service, certified or not, in the clinic's order."""
    query = select(Practitioner.slug).join(ServiceOffer, ServiceOffer.practitioner == Practitioner.slug)
    chosen = query.where(ServiceOffer.service == service, Practitioner.listed)
    return (await session.scalars(chosen.order_by(Practitioner.position))).all()


class WeeklyTime(NamedTuple):
    """A row of OpeningHours without an object of the ORM: a large clinic has thousands."""

    location: str
    practitioner: str | None
    weekday: int
    opens: int
    closes: int
    first_day: date | None = None
    last_day: date | None = None
    weeks: int = 1

    @property
    def days(self) -> RecurringDays:
        """The days on which it is valid."""
        if self.first_day is None and self.last_day is None:
            return EVERY_DAY
        return RecurringDays(self.first_day, self.last_day, self.weeks)


async def weekly_opening_hours(
    session: BookingSession, *, locations: Collection[str], practitioners: Collection[str] = ()
) -> Sequence[WeeklyTime]:
    """The locations' own hours, and the practitioners' at them."""
    owner = or_(OpeningHours.practitioner.is_(None), OpeningHours.practitioner.in_(practitioners))
    columns = [getattr(OpeningHours, name) for name in WeeklyTime._fields]
    query = select(*columns).where(OpeningHours.location.in_(locations), owner)
    rows = await session.execute(query.order_by(OpeningHours.weekday, OpeningHours.opens))
    return [WeeklyTime(*row) for row in rows]


class DayTime(NamedTuple):
    """A row of DayHours without an object of the ORM."""

    location: str
    practitioner: str | None
    day: date
    opens: int
    closes: int


async def day_hours_between(
    session: BookingSession,
    first: date,
    last: date,
    *,
    locations: Collection[str],
    practitioners: Collection[str] = (),
) -> Sequence[DayTime]:
    """The locations' own hours on single days, and the practitioners' at them, in order of time."""
    owner = or_(DayHours.practitioner.is_(None), DayHours.practitioner.in_(practitioners))
    columns = [getattr(DayHours, name) for name in DayTime._fields]
    query = select(*columns).where(DayHours.location.in_(locations), owner, DayHours.day.between(first, last))
    rows = await session.execute(query.order_by(DayHours.day, DayHours.opens))
    return [DayTime(*row) for row in rows]


async def opening_hours_by_location(
    session: BookingSession, locations: Collection[str]
) -> dict[str, list[WeeklyTime]]:
    """The locations' own weekly hours, Monday first."""
    by_location: dict[str, list[WeeklyTime]] = {location: [] for location in locations}
    for hours in await weekly_opening_hours(session, locations=locations):
        by_location[hours.location].append(hours)
    return by_location


async def practitioners_working_at(session: BookingSession, location: str, *, now: datetime) -> set[str]:
    """Those with weekly hours there, or with extra hours, that are not over."""
    yesterday = (now - DAY).date()  # Somewhere it still is.
    weekly = select(OpeningHours.practitioner).where(
        OpeningHours.location == location,
        OpeningHours.practitioner.is_not(None),
        or_(OpeningHours.last_day.is_(None), OpeningHours.last_day >= yesterday),
    )
    extra = select(ExtraHours.practitioner).where(
        ExtraHours.location == location, ExtraHours.removed_at.is_(None), ExtraHours.ends_at > now
    )
    of_days = select(DayHours.practitioner).where(
        DayHours.location == location, DayHours.practitioner.is_not(None), DayHours.day >= yesterday
    )
    return {slug for slug in await session.scalars(weekly.union(extra, of_days)) if slug}


async def closures_between(
    session: BookingSession, first: date, last: date, *, locations: Collection[str]
) -> Sequence[Closure]:
    query = select(Closure).where(
        Closure.location.in_(locations), Closure.first_day <= last, Closure.last_day >= first
    )
    return (await session.scalars(query)).all()


async def time_off_between(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> Sequence[TimeOff]:
    query = select(TimeOff).where(
        TimeOff.practitioner.in_(practitioners), TimeOff.starts_at < end, TimeOff.ends_at > start
    )
    return (await session.scalars(query)).all()


async def recurring_time_off_of(
    session: BookingSession, practitioners: Collection[str]
) -> Sequence[RecurringTimeOff]:
    query = select(RecurringTimeOff).where(RecurringTimeOff.practitioner.in_(practitioners))
    return (await session.scalars(query)).all()


async def screening_questions_of(session: BookingSession, service: str) -> Sequence[ScreeningQuestion]:
    return (await screening_questions_by_service(session, [service]))[service]


async def screening_questions_by_service(
    session: BookingSession, services: Collection[str]
) -> dict[str, list[ScreeningQuestion]]:
    query = (
        select(ServiceScreening.service, ScreeningQuestion)
        .join(ScreeningQuestion, ScreeningQuestion.slug == ServiceScreening.question)
        .where(ServiceScreening.service.in_(services))
        .order_by(ServiceScreening.position)
    )
    by_service: dict[str, list[ScreeningQuestion]] = {service: [] for service in services}
    for service, question in await session.execute(query):
        by_service[service].append(question)
    return by_service


async def services_not_asking(session: BookingSession, questions: Collection[str]) -> Sequence[Service]:
    """Listed services whose screening has none of these questions."""
    asks = exists().where(ServiceScreening.service == Service.slug, ServiceScreening.question.in_(questions))
    query = select(Service).where(Service.listed, ~asks).order_by(Service.position)
    return (await session.scalars(query)).all()


async def ends_of_certifications(session: BookingSession) -> Sequence[date]:
    """The last day of each certification of a listed practitioner, the first to end first."""
    query = select(Certification.valid_until).join(
        Practitioner, Practitioner.slug == Certification.practitioner
    )
    query = query.where(Practitioner.listed).order_by(Certification.valid_until)
    return (await session.scalars(query)).all()
