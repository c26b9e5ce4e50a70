"""Sign-in at an OpenID provider: the authorization code flow (RFC 6749) with PKCE (RFC 7636)."""

import hmac
import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking.domain.tokens import hash_of, new_token
from booking.staff.accounts import StaffMember
from booking.staff.attempts import Attempt, begin_attempt, withdraw_attempt
from booking.staff.openid.id_token import BadIdToken, ProvenIdentity
from booking.staff.openid.provider import OpenIdProvider
from booking.staff.openid.request_secrets import RequestSecrets
from booking.staff.refusals import (
    ProviderUnavailable,
    SignInCancelled,
    SignInOutdated,
    SignInRefused,
)
from booking.storage.database import Database
from booking.storage.models.staff.openid import OpenIdRequest
from booking.storage.queries.desk.openid import delete_expired_requests, take_request

log = logging.getLogger("book_online")

REQUEST_LIFETIME = timedelta(minutes=10)
CANCELLED = ("access_denied", "login_required", "interaction_required", "account_selection_required")
"""Errors (RFC 6749, 4.1.2.1) of somebody who has turned back, or could not sign in there."""


@dataclass(frozen=True)
class SentToProvider:
    """`url` is where the browser goes; it must keep the `token`, and show it to nobody but this server."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class ProviderAnswer:
    """What the browser brought back in the address, as it is; empty where there was none."""

    state: str
    code: str = field(repr=False)
    error: str
    issuer: str


@dataclass(frozen=True)
class ProvenSignIn:
    """Somebody has signed in at the provider. `connects` is the member who wants to connect the identity;
    None: to sign in. `attempt` counts as wrong until `attempt_was_right`."""

    identity: ProvenIdentity
    connects: uuid.UUID | None
    attempt: Attempt


async def send_to_provider(
    database: Database,
    provider: OpenIdProvider,
    *,
    connects: StaffMember | None = None,
    language: str,
    now: datetime,
) -> SentToProvider:
    """Begin a sign-in, or connect an identity with the account of a member who is signed in.

    Raises:
        ProviderUnavailable: it doesn't answer as a provider does.
    """
    secrets = RequestSecrets(new_token())
    try:
        url = await provider.authorization_url(secrets, language=language, now=now)
    except ProviderUnavailable as reason:
        raise _logged(reason) from reason
    async with database.write() as session:
        await delete_expired_requests(session, now=now)
        member = connects.id if connects else None
        row = OpenIdRequest(
            token_hash=hash_of(secrets.token), member=member, expires_at=now + REQUEST_LIFETIME
        )
        session.add(row)
        await session.flush()
    return SentToProvider(url, secrets.token)


async def prove_sign_in(
    database: Database,
    provider: OpenIdProvider,
    answer: ProviderAnswer,
    token: str,
    *,
    address: str,
    now: datetime,
) -> ProvenSignIn:
    """Who has signed in at the provider, by the answer to the request of this browser's token.

    It opens transactions of its own: a request is used up and an attempt committed whatever comes of it,
    and none is open while the provider is asked.

    Raises:
        SignInOutdated: no request of this browser waits for the answer.
        SignInCancelled: the person has turned back at the provider.
        SignInRefused: the code or the token proves nothing.
        ProviderUnavailable: the provider doesn't answer as one does.
        TooManyAttempts: there were ten wrong ones within a quarter of an hour.
    """
    secrets = RequestSecrets(token)
    if not hmac.compare_digest(secrets.state.encode(), answer.state.encode("utf-8", "surrogatepass")):
        raise SignInOutdated
    async with database.write() as session:
        taken = await take_request(session, hash_of(token), now=now)
    if taken is None:
        raise SignInOutdated
    [connects] = taken
    _check(answer, provider.issuer)

    async with database.write() as session:
        # Nobody is named yet, so that the address alone is counted.
        attempt = await begin_attempt(session, f"OpenID from {address}", address=address, now=now)
    try:
        identity = await provider.identity_of(answer.code, secrets, now=now)
    except BadIdToken as reason:
        log.warning("sign-in at the OpenID provider refused: %s", reason)
        raise SignInRefused from reason
    except ProviderUnavailable as reason:
        async with database.write() as session:
            await withdraw_attempt(session, attempt)  # It was not the person's fault.
        raise _logged(reason) from reason
    return ProvenSignIn(identity, connects, attempt)


def _check(answer: ProviderAnswer, issuer: str) -> None:
    if answer.issuer and answer.issuer != issuer:  # RFC 9207: it is another provider's answer.
        raise SignInRefused
    if answer.error in CANCELLED:
        raise SignInCancelled
    if answer.error or not answer.code:
        raise _logged(ProviderUnavailable(detail=f"it sent the browser back with {answer.error[:100]!r}"))


def _logged(reason: ProviderUnavailable) -> ProviderUnavailable:
    log.warning("the OpenID provider can't be used: %s", reason.detail)
    return reason
