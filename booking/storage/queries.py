"""Every SELECT, named by the question it answers."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage.columns import UtcDateTime
from booking.storage.table import Table, table_of
from booking.storage.tables import (
    Certification,
    Clinic,
    Closure,
    Hold,
    Location,
    OpeningHours,
    Practitioner,
    ScreeningQuestion,
    Service,
    ServiceOffer,
    ServiceScreening,
    Tick,
    TimeOff,
)

T = TypeVar("T", bound=Table)

# What every booking asks is put together once: that takes longer than SQLite needs to answer.
TICKS, HELD = table_of(Tick).c, table_of(Hold).c
IS_ALIVE = or_(TICKS.expires_at.is_(None), TICKS.expires_at > bindparam("now"))
THE_CLINIC = select(Clinic)
CLOCKS = {
    "sqlite": func.strftime("%Y-%m-%d %H:%M:%f000", "now", type_=UtcDateTime),  # as it keeps instants
    "postgresql": func.statement_timestamp(type_=UtcDateTime),
    "given": bindparam("now", type_=UtcDateTime),
}
TIMES = {name: select(clock) for name, clock in CLOCKS.items()}
ARRIVALS = {
    name: select(
        Clinic, clock, select(func.min(Tick.expires_at)).where(Tick.expires_at > clock).scalar_subquery()
    )
    for name, clock in CLOCKS.items()
}
OWNED = (
    select(TICKS.resource, func.min(TICKS.tick), func.max(TICKS.tick))
    .where(
        TICKS.resource.in_(bindparam("resources", expanding=True)),
        TICKS.tick.between(bindparam("first"), bindparam("last")),
        IS_ALIVE,
    )
    .group_by(TICKS.resource, TICKS.owner)
)
OWNED_BY_OTHERS = OWNED.where(TICKS.owner != bindparam("ignoring"))
HOLDS = select(Hold).where(Hold.token_hash.in_(bindparam("hashes", expanding=True)))
ENDS_OF_HOLDS = (
    select(HELD.expires_at)
    .where(HELD.client == bindparam("client"), HELD.expires_at > bindparam("now"))
    .order_by(HELD.expires_at)
)


async def current_time(session: AsyncSession) -> datetime:
    """By the database's clock, which is one however many replicas there are."""
    return (await session.scalars(TIMES[session.get_bind().dialect.name])).one()


@dataclass(frozen=True)
class Arrival:
    """What every request begins with; `next_end` is when the first of what is held runs out."""

    clinic: Clinic
    now: datetime
    next_end: datetime | None


async def arrival(session: AsyncSession, *, now: datetime | None = None) -> Arrival:
    """In one statement. It is `now` by the database's clock, unless that is given."""
    query = ARRIVALS["given" if now else session.get_bind().dialect.name]
    found = Arrival(*(await session.execute(query, {"now": now} if now else {})).one())
    session.info[Clinic] = found.clinic
    return found


async def the_clinic(session: AsyncSession, *, anew: bool = False) -> Clinic:
    """Read once in a session, unless `anew`; it by itself would forget it as soon as nobody holds it."""
    if anew or Clinic not in session.info:
        options = {"populate_existing": anew}
        session.info[Clinic] = (await session.scalars(THE_CLINIC, execution_options=options)).one()
    clinic: Clinic = session.info[Clinic]
    return clinic


async def listed_services(session: AsyncSession) -> Sequence[Service]:
    return (await session.scalars(select(Service).where(Service.listed).order_by(Service.position))).all()


async def services_by_slug(session: AsyncSession, slugs: Collection[str]) -> dict[str, Service]:
    """Also those that are no longer listed: an old appointment still names them."""
    rows = await session.scalars(select(Service).where(Service.slug.in_(slugs)))
    return {row.slug: row for row in rows}


async def practitioners_by_slug(session: AsyncSession, slugs: Collection[str]) -> dict[str, Practitioner]:
    rows = await session.scalars(select(Practitioner).where(Practitioner.slug.in_(slugs)))
    return {row.slug: row for row in rows}


async def locations_by_slug(session: AsyncSession, slugs: Collection[str]) -> dict[str, Location]:
    rows = await session.scalars(select(Location).where(Location.slug.in_(slugs)))
    return {row.slug: row for row in rows}


async def listed_locations(session: AsyncSession) -> Sequence[Location]:
    return (await session.scalars(select(Location).where(Location.listed).order_by(Location.position))).all()


async def listed_practitioners(session: AsyncSession) -> Sequence[Practitioner]:
    query = select(Practitioner).where(Practitioner.listed).order_by(Practitioner.position)
    return (await session.scalars(query)).all()


@dataclass(frozen=True)
class Offer:
    """A practitioner offers a service; `certification` is the one that the service requires, if any."""

    service: Service
    practitioner: Practitioner
    certification: Certification | None

    def is_valid_within(self, first: date, last: date) -> bool:
        """Whether it may be delivered on any day from `first` to `last`."""
        held = self.certification
        return held is None or (held.valid_until >= first and (held.valid_from or last) <= last)


async def offers(
    session: AsyncSession,
    *,
    services: Collection[str] | None = None,
    practitioners: Collection[str] | None = None,
) -> list[Offer]:
    """Who offers what and holds the certification for it, on whatever days, in the clinic's order."""
    held = (Certification.practitioner == Practitioner.slug) & (Certification.kind == Service.requires)
    query = (
        select(Service, Practitioner, Certification)
        .join(ServiceOffer, ServiceOffer.service == Service.slug)
        .join(Practitioner, Practitioner.slug == ServiceOffer.practitioner)
        .outerjoin(Certification, held)
        .where(Service.listed, Practitioner.listed)
        .where(or_(Service.requires.is_(None), Certification.kind.is_not(None)))
        .order_by(Service.position, Practitioner.position)
    )
    if services is not None:
        query = query.where(Service.slug.in_(services))
    if practitioners is not None:
        query = query.where(Practitioner.slug.in_(practitioners))
    return [Offer(*row) for row in await session.execute(query)]


async def weekly_hours(
    session: AsyncSession, *, locations: Collection[str], practitioners: Collection[str] = ()
) -> Sequence[OpeningHours]:
    """The locations' own hours, and these people's at them."""
    whose = or_(OpeningHours.practitioner.is_(None), OpeningHours.practitioner.in_(practitioners))
    query = select(OpeningHours).where(OpeningHours.location.in_(locations), whose)
    return (await session.scalars(query.order_by(OpeningHours.weekday, OpeningHours.opens))).all()


async def hours_of_locations(
    session: AsyncSession, locations: Collection[str]
) -> dict[str, list[OpeningHours]]:
    """The locations' own weekly hours, Monday first."""
    found: dict[str, list[OpeningHours]] = {location: [] for location in locations}
    for row in await weekly_hours(session, locations=locations):
        found[row.location].append(row)
    return found


async def practitioners_working_at(session: AsyncSession, location: str) -> set[str]:
    query = select(OpeningHours.practitioner).where(
        OpeningHours.location == location, OpeningHours.practitioner.is_not(None)
    )
    return {slug for slug in await session.scalars(query) if slug}


async def closures_between(
    session: AsyncSession, first: date, last: date, *, locations: Collection[str]
) -> Sequence[Closure]:
    query = select(Closure).where(
        Closure.location.in_(locations), Closure.first_day <= last, Closure.last_day >= first
    )
    return (await session.scalars(query)).all()


async def time_off_between(
    session: AsyncSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> Sequence[TimeOff]:
    query = select(TimeOff).where(
        TimeOff.practitioner.in_(practitioners), TimeOff.starts_at < end, TimeOff.ends_at > start
    )
    return (await session.scalars(query)).all()


@dataclass(frozen=True)
class OwnedTime:
    """Ticks [first, last) of a resource that one hold or appointment owns."""

    resource: str
    first: int
    last: int


async def owned_times(
    session: AsyncSession,
    first: int,
    last: int,
    *,
    resources: Collection[str],
    now: datetime,
    ignoring: uuid.UUID | None = None,
) -> list[OwnedTime]:
    """Who owns ticks in [first, last) at `now`, asked of the referee itself; `ignoring` one owner."""
    given: dict[str, object] = {"resources": list(resources), "first": first, "last": last - 1, "now": now}
    query = OWNED
    if ignoring is not None:
        query, given["ignoring"] = OWNED_BY_OTHERS, ignoring
    rows = await session.execute(query, given)
    return [OwnedTime(resource, low, high + 1) for resource, low, high in rows]


async def ticks_owned_by(session: AsyncSession, owner: uuid.UUID) -> set[tuple[str, int]]:
    rows = await session.execute(select(Tick.resource, Tick.tick).where(Tick.owner == owner))
    return {(resource, tick) for resource, tick in rows}


async def screening_of(session: AsyncSession, service: str) -> Sequence[ScreeningQuestion]:
    return (await screening_by_service(session, [service]))[service]


async def screening_by_service(
    session: AsyncSession, services: Collection[str]
) -> dict[str, list[ScreeningQuestion]]:
    query = (
        select(ServiceScreening.service, ScreeningQuestion)
        .join(ScreeningQuestion, ScreeningQuestion.slug == ServiceScreening.question)
        .where(ServiceScreening.service.in_(services))
        .order_by(ServiceScreening.position)
    )
    found: dict[str, list[ScreeningQuestion]] = {service: [] for service in services}
    for service, question in await session.execute(query):
        found[service].append(question)
    return found


async def screening_questions_by_slug(
    session: AsyncSession, slugs: Collection[str]
) -> dict[str, ScreeningQuestion]:
    rows = await session.scalars(select(ScreeningQuestion).where(ScreeningQuestion.slug.in_(slugs)))
    return {row.slug: row for row in rows}


async def services_not_asking(session: AsyncSession, questions: Collection[str]) -> Sequence[Service]:
    """Listed services whose screening has none of these questions."""
    asks = exists().where(ServiceScreening.service == Service.slug, ServiceScreening.question.in_(questions))
    return (
        await session.scalars(select(Service).where(Service.listed, ~asks).order_by(Service.position))
    ).all()


async def holds_by_token(session: AsyncSession, hashes: Collection[bytes]) -> dict[bytes, Hold]:
    rows = await session.scalars(HOLDS, {"hashes": list(hashes)})
    return {row.token_hash: row for row in rows}


async def ends_of_holds_by(session: AsyncSession, client: bytes, *, now: datetime) -> Sequence[datetime]:
    """When what a client holds runs out, the first one first."""
    return (await session.scalars(ENDS_OF_HOLDS, {"client": client, "now": now})).all()


async def hold_by_id(session: AsyncSession, id: uuid.UUID) -> Hold:
    return await session.get_one(Hold, id)


async def lock_practitioners(session: AsyncSession, slugs: Collection[str]) -> None:
    """Lets one booking at a time decide about these people. SQLite has one writer anyway.

    In one order, so that two bookings never wait for each other.
    """
    query = select(Practitioner.slug).where(Practitioner.slug.in_(slugs)).order_by(Practitioner.slug)
    await session.execute(query.with_for_update(key_share=True))


async def all_of(session: AsyncSession, table: type[T]) -> Sequence[T]:
    return (await session.scalars(select(table))).all()
