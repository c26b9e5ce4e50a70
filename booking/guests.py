"""Asking those who join in, each within its time. One that fails refuses what it was asked about alone."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from booking.availability.calendar import instant_at, ticks_between
from booking.contact import Contact
from booking.errors import BookingError, CheckFailed
from booking.events import Event
from booking.hooks import BusyQuestion, Guest, Listener, Proposal, ProposedVisit, Step
from booking.storage import claims, queries
from booking.storage.appointments import appointments_by_id, patients_by_id
from booking.storage.database import Database, TransactionEnded, guests_of, not_to_be_ended
from booking.storage.tables import Appointment, Patient, Service
from booking.strangers import in_time, only_exceptions

log = logging.getLogger("book_online")

RULE_LIMIT = timedelta(seconds=1)
"""While others wait for their turn."""
BUSY_LIMIT = timedelta(seconds=2)

T = TypeVar("T")


@dataclass(frozen=True)
class Heard:
    """What a feature's listener is told: the visits as they stand now, in order of time, and who comes."""

    event: Event
    visits: Sequence[Appointment]
    patient: Patient
    database: Database
    settings: Any


Hears = Callable[[Heard], Awaitable[None]]


class Visit(Protocol):
    """A hold or an appointment."""

    id: Any
    practitioner: Any
    location: Any
    starts_at: Any
    ends_at: Any


def listener(database: Database, settings: Any, hears: Hears) -> Listener:
    """A feature's listener as the courier knows them. It isn't told the secret of the manage link."""

    async def hear(event: Event, _secret: str | None) -> None:
        async with database.read() as session:
            visits = await appointments_by_id(session, event.appointments)
            patients = await patients_by_id(session, {visit.patient for visit in visits})
        for patient in patients.values():  # one, or none if all is gone
            await hears(Heard(event, visits, patient, database, settings))

    return hear


async def follow_rules(
    session: AsyncSession,
    step: Step,
    service: Service,
    visits: Sequence[Visit],
    *,
    now: datetime,
    held_until: datetime | None = None,
    patient: Contact | None = None,
    booked_by: str | None = None,
) -> None:
    """Refuses with what a rule says, or with CheckFailed; the transaction can only be given up then."""
    for guest in guests_of(session):
        proposal = Proposal(
            step=step,
            service=service.slug,
            visits=tuple(
                ProposedVisit(visit.id, visit.practitioner, visit.location, visit.starts_at, visit.ends_at)
                for visit in visits
            ),
            now=now,
            session=session,
            settings=guest.settings,
            claim=partial(_claim, session, guest, service, visits, held_until, now),
            patient=patient,
            booked_by=booked_by,
        )
        for rule in guest.rules:
            await _ask(guest, rule, proposal, RULE_LIMIT)


async def busy_times(
    session: AsyncSession,
    service: Service,
    practitioners: Collection[str],
    first: int,
    last: int,
    *,
    now: datetime,
    ignoring: uuid.UUID | None,
) -> Mapping[str, list[tuple[str | None, int, int]]]:
    """What others say of the ticks [first, last), by practitioner: where (None: anywhere) and which ticks.

    Refuses with CheckFailed.
    """
    found: dict[str, list[tuple[str | None, int, int]]] = defaultdict(list)
    for guest in guests_of(session):
        question = BusyQuestion(
            service=service.slug,
            practitioners=practitioners,
            starts_at=instant_at(first),
            ends_at=instant_at(last),
            now=now,
            session=session,
            settings=guest.settings,
            claimed=partial(_claimed, session, guest, first, last, now, ignoring),
        )
        for source in guest.busy:
            answer = await _ask(guest, source, question, BUSY_LIMIT)
            with _blaming(guest):  # also for an answer that is none
                for busy in answer:
                    if busy.ends_at < busy.starts_at:
                        raise ValueError(f"{busy} ends before it begins")
                    found[busy.practitioner].append(
                        (busy.location, *ticks_between(busy.starts_at, busy.ends_at))
                    )
    return found


async def _ask(
    guest: Guest,
    hook: Callable[[Any], Awaitable[T]],
    about: Proposal | BusyQuestion,
    limit: timedelta,
) -> T:
    with _blaming(guest), _in_one_transaction(about.session):
        return await in_time(hook(about), limit)


@contextmanager
def _blaming(guest: Guest) -> Iterator[None]:
    try:
        with only_exceptions():
            yield
    except Exception as reason:  # it is somebody else's code
        if isinstance(reason, BookingError) and _is_sound(reason):
            raise
        log.exception("the feature %s could not check a booking", guest.name)
        raise CheckFailed(feature=guest.name) from reason


def _is_sound(refusal: Any) -> bool:
    """It can be shown."""
    return isinstance(refusal.message, str) and isinstance(refusal.path, tuple)


@contextmanager
def _in_one_transaction(session: AsyncSession) -> Iterator[None]:
    """What is refused must not be kept, nor lost what is not: who only is asked may not end it."""
    ours = session.sync_session.get_transaction()
    with not_to_be_ended(session):
        yield
    if ours is not None and not ours.is_active:
        raise TransactionEnded


def _resource(guest: Guest, name: str) -> str:
    """No practitioner's: a slug has no colon."""
    return f"{guest.name}:{name}"


async def _claim(
    session: AsyncSession,
    guest: Guest,
    service: Service,
    visits: Sequence[Visit],
    held_until: datetime | None,
    now: datetime,
    name: str,
) -> None:
    resource = _resource(guest, name)
    await claims.forget_expired(session, [resource], now=now)
    for visit in visits:
        mine = await queries.ticks_owned_by(session, visit.id)
        ticks = claims.ticks_of(service, visit.starts_at)
        missing = [tick for tick in ticks if (resource, tick) not in mine]
        await claims.take(session, resource, missing, owner=visit.id, expires_at=held_until)


async def _claimed(
    session: AsyncSession,
    guest: Guest,
    first: int,
    last: int,
    now: datetime,
    ignoring: uuid.UUID | None,
    name: str,
) -> Sequence[tuple[datetime, datetime]]:
    owned = await queries.owned_times(
        session, first, last, resources=[_resource(guest, name)], now=now, ignoring=ignoring
    )
    return [(instant_at(time.first), instant_at(time.last)) for time in owned]
