"""Calls the hooks of enabled features, each within its time limit, and turns failures into refusals."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from booking.domain.contact import Contact
from booking.domain.errors import BookingError, CheckFailed
from booking.domain.hookspecs import BusyQuery, FeatureHooks, Proposal, ProposedAppointment, Step
from booking.extensions.contact_in_errors import without_contact
from booking.extensions.isolation import exceptions_only, with_timeout
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.ticks import (
    delete_expired_ticks,
    reserve_ticks,
    reserved_times,
    ticks_of_appointment,
    ticks_reserved_by,
)
from booking.storage.session import BookingSession
from booking.timegrid.ticks import instant_at, ticks_between

log = logging.getLogger("book_online")

RULE_TIMEOUT = timedelta(seconds=1)
"""Short, because other bookings wait for the transaction's locks meanwhile."""
BUSY_SOURCE_TIMEOUT = timedelta(seconds=2)

T = TypeVar("T")


class HeldTime(Protocol):
    """A hold or an appointment."""

    id: Any
    practitioner: Any
    location: Any
    starts_at: Any
    ends_at: Any


async def run_booking_rules(
    session: BookingSession,
    step: Step,
    service: Service,
    times: Sequence[HeldTime],
    *,
    now: datetime,
    held_until: datetime | None = None,
    patient: Contact | None = None,
    booked_by: str | None = None,
) -> None:
    """Call each rule of each enabled feature. The caller must roll back when one refuses.

    Raises:
        BookingError: a rule refused.
        CheckFailed: a rule failed, or took longer than RULE_TIMEOUT.
    """
    for feature in session.features:
        proposal = Proposal(
            step=step,
            service=service.slug,
            appointments=tuple(
                ProposedAppointment(time.id, time.practitioner, time.location, time.starts_at, time.ends_at)
                for time in times
            ),
            now=now,
            session=session,
            settings=feature.settings,
            claim=partial(_claim_resource, session, feature, service, times, held_until, now),
            patient=patient,
            booked_by=booked_by,
        )
        for rule in feature.rules:
            await _call(session, feature, rule(proposal), RULE_TIMEOUT, patient)


async def query_busy_sources(
    session: BookingSession,
    service: Service,
    practitioners: Collection[str],
    first: int,
    last: int,
    *,
    now: datetime,
    ignoring: Collection[uuid.UUID],
) -> Mapping[str, list[tuple[str | None, int, int]]]:
    """Busy ticks in [first, last) by practitioner: (location or None for any, first tick, end tick).

    Raises:
        CheckFailed: a busy source failed, or took longer than BUSY_SOURCE_TIMEOUT.
    """
    busy_ticks: dict[str, list[tuple[str | None, int, int]]] = defaultdict(list)
    for feature in session.features:
        query = BusyQuery(
            service=service.slug,
            practitioners=practitioners,
            starts_at=instant_at(first),
            ends_at=instant_at(last),
            now=now,
            session=session,
            settings=feature.settings,
            claimed=partial(_claimed_times, session, feature, first, last, now, ignoring),
        )
        for source in feature.busy_sources:
            times = await _call(session, feature, source(query), BUSY_SOURCE_TIMEOUT)
            with _attributing_errors_to(feature):  # a result of the wrong shape is the feature's error too
                for time in times:
                    if time.ends_at < time.starts_at:
                        raise ValueError(f"{time} ends before it begins")
                    ticks = ticks_between(time.starts_at, time.ends_at)
                    busy_ticks[time.practitioner].append((time.location, *ticks))
    return busy_ticks


async def _call(
    session: BookingSession,
    feature: FeatureHooks,
    hook: Awaitable[T],
    limit: timedelta,
    patient: Contact | None = None,
) -> T:
    # A hook that ended the transaction would commit a refused booking, or lose one that was not refused.
    with _attributing_errors_to(feature, patient), session.transaction_guarded():
        return await with_timeout(hook, limit)


@contextmanager
def _attributing_errors_to(feature: FeatureHooks, patient: Contact | None = None) -> Iterator[None]:
    try:
        with exceptions_only():
            yield
    except Exception as reason:
        if isinstance(reason, BookingError) and _is_well_formed(reason):
            raise
        logged = without_contact(reason, patient) if patient else reason
        log.error("the feature %s could not check a booking", feature.name, exc_info=logged)
        raise CheckFailed(feature=feature.name) from reason


def _is_well_formed(refusal: Any) -> bool:
    return isinstance(refusal.message, str) and isinstance(refusal.path, tuple)


def _resource_name(feature: FeatureHooks, name: str) -> str:
    """The key in the tick table. No practitioner's slug equals it, for a slug has no colon."""
    return f"{feature.name}:{name}"


async def _claim_resource(
    session: BookingSession,
    feature: FeatureHooks,
    service: Service,
    times: Sequence[HeldTime],
    held_until: datetime | None,
    now: datetime,
    name: str,
) -> None:
    resource = _resource_name(feature, name)
    await delete_expired_ticks(session, [resource], now=now)
    for time in times:
        reserved = await ticks_reserved_by(session, time.id)
        ticks = ticks_of_appointment(service, time.starts_at, time.ends_at)
        missing = [tick for tick in ticks if (resource, tick) not in reserved]
        await reserve_ticks(session, [resource], missing, owner=time.id, expires_at=held_until)


async def _claimed_times(
    session: BookingSession,
    feature: FeatureHooks,
    first: int,
    last: int,
    now: datetime,
    ignoring: Collection[uuid.UUID],
    name: str,
) -> Sequence[tuple[datetime, datetime]]:
    reserved = await reserved_times(
        session, first, last, resources=[_resource_name(feature, name)], now=now, ignoring=ignoring
    )
    return [(instant_at(time.first), instant_at(time.last)) for time in reserved]
