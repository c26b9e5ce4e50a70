"""Checks holds: how many a client has, and whether those of a booking are all visits of one service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.checks.details import StaffBooking
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound, TooManyHolds
from booking.domain.policy import MAX_VISITS
from booking.domain.tokens import hash_of
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.queries.holds import hold_expiries_of_clients, holds_by_token
from booking.storage.queries.locks import lock_client
from booking.storage.session import BookingSession

UNCOUNTED_CLIENT = b""
"""The client of holds that count towards no limit."""


@dataclass(frozen=True)
class Holder:
    """The client that holds, and how many times may be held at once.

    `client` is the hashes of its networks, one behind the other, the widest first. `limits` are beginnings
    of it, each with the most times that all clients which begin with it hold together.
    """

    client: bytes
    limits: Sequence[tuple[bytes, int]]


async def load_holds(
    session: BookingSession, tokens: Sequence[str], *, staff: StaffBooking | None
) -> list[Hold]:
    """The holds of these tokens, in order of time.

    Raises:
        BookingError: there are too few or too many, or one is of no hold; for staff, of none that is theirs.
    """
    if not 0 < len(tokens) <= MAX_VISITS or len(set(tokens)) < len(tokens):
        message = f"Please give the secrets of 1 to {MAX_VISITS} holds, each once."
        raise InvalidInput(message, path=("holdTokens",), code=_tokens_code(tokens))
    holds = await holds_by_token(session, [hash_of(token) for token in tokens])
    if len(holds) < len(tokens):
        raise no_such_hold()
    if staff is not None and not all(
        hold.by_staff and staff.only_practitioner in (None, hold.practitioner) for hold in holds.values()
    ):
        raise no_such_hold()
    return sorted(holds.values(), key=lambda hold: hold.starts_at)


def _tokens_code(tokens: Sequence[str]) -> InvalidInputCode:
    if not tokens:
        return InvalidInputCode.REQUIRED
    return InvalidInputCode.TOO_LONG if len(tokens) > MAX_VISITS else InvalidInputCode.CONFLICT


def check_holds(service: Service, holds: Sequence[Hold], *, as_course: bool) -> None:
    """Refuse holds that are not those of all visits of the service.

    Raises:
        InvalidInput: what is wrong with them.
    """
    is_course, path = service.visits > 1, ("holdTokens",)
    if as_course != is_course:
        message = f"Please book this service with `{'bookCourse' if is_course else 'bookAppointment'}`."
        raise InvalidInput(
            message, path=path if as_course else ("holdToken",), code=InvalidInputCode.CONFLICT
        )
    if any(hold.service != service.slug or hold.practitioner != holds[0].practitioner for hold in holds):
        raise InvalidInput(
            "All visits of a course are of one service and with one practitioner.",
            path=path,
            code=InvalidInputCode.CONFLICT,
        )
    if len(holds) != service.visits:
        message = f"This course has {service.visits} visits: please hold as many times."
        raise InvalidInput(message, path=path, code=InvalidInputCode.CONFLICT)


def no_such_hold() -> NotFound:
    return NotFound("There is no such hold. Please hold a time with `holdSlot`.", path=("holdToken",))


async def check_hold_limit(session: BookingSession, holder: Holder, added: int, *, now: datetime) -> None:
    """Refuse a client who would hold more times than it may.

    Raises:
        TooManyHolds: with when the first of them is free again.
    """
    await lock_client(session, holder.limits[0][0])
    for part, most in holder.limits:
        expiries = await hold_expiries_of_clients(session, part, now=now)
        if len(expiries) + added > most:
            raise TooManyHolds(retry_after=(expiries[0] - now) if expiries else timedelta(0))
