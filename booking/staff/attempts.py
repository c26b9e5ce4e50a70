"""Attempts to sign in with a password, limited by rows: for all processes, and through restarts.

Each counts as wrong until it was right, so that many at once count as many. Wrong ones on an account don't
lock out an address from which its member has signed in lately: a stranger can't keep a receptionist out.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address

from booking.staff.refusals import TooManyAttempts
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.staff.sign_in import SignInAttempt
from booking.storage.queries.desk.sign_in import (
    attempt_became_right,
    delete_attempt,
    delete_attempts,
    has_signed_in_from,
    lock_attempts,
    wrong_from_address,
    wrong_on_account,
)
from booking.storage.session import BookingSession

MAX_WRONG = 10
"""So many wrong attempts may be made within WINDOW, on an account, and from an address."""
WINDOW = timedelta(minutes=15)
ADDRESS_KNOWN = timedelta(days=30)
"""So long an address is known by which a member has signed in."""
IPV6_PREFIX = 64
"""The network of one household or clinic, which has all its addresses."""


@dataclass(frozen=True)
class Attempt:
    """One that has begun."""

    id: uuid.UUID


async def begin_attempt(session: BookingSession, account: str, *, address: str, now: datetime) -> Attempt:
    """Count an attempt, before anything is compared. Commit it whatever comes of it.

    `account` is the member's id, or what was typed where there is no such member. Neither it nor the address
    is stored, but HMACs of them.

    Raises:
        TooManyAttempts: there were MAX_WRONG within WINDOW. This one isn't counted.
    """
    key = await session.data_keys.clinic_key(KeyPurpose.STAFF_SECRET)
    account_hmac = key.hmac(b"attempts on account\n" + account.encode("utf-8", "surrogatepass"))
    address_hmac = key.hmac(b"attempts from address\n" + _network(address).encode("utf-8", "surrogatepass"))
    await lock_attempts(session, account_hmac, address_hmac)
    await delete_attempts(session, wrong_until=now - WINDOW, right_until=now - ADDRESS_KNOWN)

    since = now - WINDOW
    _check(await wrong_from_address(session, address_hmac, since=since, most=MAX_WRONG), now=now)
    if not await has_signed_in_from(session, account_hmac, address_hmac, since=now - ADDRESS_KNOWN):
        _check(await wrong_on_account(session, account_hmac, since=since, most=MAX_WRONG), now=now)

    row = SignInAttempt(
        id=uuid.uuid4(), account_hmac=account_hmac, address_hmac=address_hmac, at=now, was_right=False
    )
    session.add(row)
    await session.flush()
    return Attempt(row.id)


async def attempt_was_right(session: BookingSession, attempt: Attempt) -> None:
    """Earlier attempts of the same member from the same address count no more."""
    await attempt_became_right(session, attempt.id)


async def withdraw_attempt(session: BookingSession, attempt: Attempt) -> None:
    """It counts no more: nothing could be compared."""
    await delete_attempt(session, attempt.id)


def _check(wrong: Sequence[datetime], *, now: datetime) -> None:
    if len(wrong) >= MAX_WRONG:
        raise TooManyAttempts(retry_after=wrong[MAX_WRONG - 1] + WINDOW - now)


def _network(address: str) -> str:
    """All addresses of an IPv6 network count as one; a text that is no address stands for itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), IPV6_PREFIX), strict=False))
