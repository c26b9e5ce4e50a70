"""The clinic's OpenID provider: where a browser is sent to, and who has signed in there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

from booking.staff.openid.bounded_http import get_json, post_form
from booking.staff.openid.id_token import (
    BadIdToken,
    ProvenIdentity,
    UnknownKey,
    proven_identity,
    signing_keys,
)
from booking.staff.openid.metadata import WELL_KNOWN, ProviderMetadata
from booking.staff.openid.registration import Registration
from booking.staff.openid.request_secrets import RequestSecrets
from booking.staff.refusals import ProviderUnavailable

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

CACHED_FOR = timedelta(hours=1)
"""So long the provider's metadata and keys are kept; its keys are fetched earlier for one that is unknown."""
SCOPE = "openid email"

T = TypeVar("T")


class OpenIdProvider:
    """Nothing is asked of it before the first sign-in, so that the server starts without it."""

    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self._metadata = _Cached(self._fetch_metadata)
        self._keys = _Cached(self._fetch_keys)

    @property
    def issuer(self) -> str:
        return self.registration.issuer

    @property
    def name(self) -> str | None:
        """As the staff call it; None if nobody has said so."""
        return self.registration.name

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).hostname or self.issuer

    @property
    def sign_in_origin(self) -> str | None:
        """Of the page to which browsers are sent, as the provider last said; None before it was asked."""
        if (metadata := self._metadata.last) is None:
            return None
        parts = urlsplit(metadata.authorization_endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    async def authorization_url(self, secrets: RequestSecrets, *, language: str, now: datetime) -> str:
        """Where the browser goes to sign in.

        Raises:
            ProviderUnavailable: it doesn't say where that is.
        """
        endpoint = (await self._metadata.get(now)).authorization_endpoint
        query = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.redirect_uri,
            "scope": SCOPE,
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": secrets.code_challenge,
            "code_challenge_method": "S256",
            # On a computer that several people use: who was there last isn't signed in unasked.
            "prompt": "select_account",
            "ui_locales": language,
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def identity_of(self, code: str, secrets: RequestSecrets, *, now: datetime) -> ProvenIdentity:
        """Who has signed in, by the code that the browser brought back.

        Raises:
            BadIdToken: the provider doesn't take the code, or its token proves nothing.
            ProviderUnavailable: it doesn't answer as a provider does.
        """
        token = await self._redeem(code, secrets, now=now)
        keys = await self._keys.get(now)
        try:
            return self._proven(token, keys, secrets, now)
        except UnknownKey:
            keys = await self._keys.renew(now)  # It may have changed its keys since.
        return self._proven(token, keys, secrets, now)

    def _proven(
        self, token: object, keys: "Sequence[RSAKey | ECKey]", secrets: RequestSecrets, now: datetime
    ) -> ProvenIdentity:
        return proven_identity(token, keys, self.registration, nonce=secrets.nonce, now=now)

    async def _redeem(self, code: str, secrets: RequestSecrets, *, now: datetime) -> object:
        """The ID token for the code (RFC 6749, 4.1.3), not yet verified."""
        metadata = await self._metadata.get(now)
        known_as = (self.registration.client_id, self.registration.client_secret)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.registration.redirect_uri,
            "code_verifier": secrets.code_verifier,
        }
        if metadata.takes_basic:
            # Both are encoded as in a form first (RFC 6749, 2.3.1).
            basic = (quote_plus(known_as[0]), quote_plus(known_as[1]))
            answer = await post_form(metadata.token_endpoint, form, basic)
        else:
            form |= {"client_id": known_as[0], "client_secret": known_as[1]}
            answer = await post_form(metadata.token_endpoint, form)
        if answer.status == 200:
            return answer.body.get("id_token")
        error = str(answer.body.get("error"))[:100]
        if answer.status == 400 and error == "invalid_grant":
            raise BadIdToken("the provider doesn't take the code")
        raise ProviderUnavailable(detail=f"{metadata.token_endpoint} answers {answer.status} ({error!r})")

    async def _fetch_metadata(self, _now: datetime) -> ProviderMetadata:
        body = await get_json(self.issuer.rstrip("/") + WELL_KNOWN)
        return ProviderMetadata.of(body, self.registration)

    async def _fetch_keys(self, now: datetime) -> "Sequence[RSAKey | ECKey]":
        metadata = await self._metadata.get(now)
        keys = signing_keys(await get_json(metadata.jwks_uri))
        if not keys:
            raise ProviderUnavailable(detail=f"{metadata.jwks_uri} has no key that may sign")
        return keys


@dataclass
class _Fetched(Generic[T]):
    value: T
    until: datetime


class _Cached(Generic[T]):
    """A value that one fetch brings for all who wait for it. A fetch that failed is not remembered."""

    def __init__(self, fetch: Callable[[datetime], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._fetched: _Fetched[T] | None = None
        self._running: asyncio.Task[T] | None = None

    @property
    def last(self) -> T | None:
        """What was fetched last, however old."""
        return self._fetched.value if self._fetched else None

    async def get(self, now: datetime) -> T:
        if self._fetched and now < self._fetched.until:
            return self._fetched.value
        return await self.renew(now)

    async def renew(self, now: datetime) -> T:
        running = self._running
        if running is None:
            running = self._running = asyncio.create_task(self._renew(now))
            running.add_done_callback(self._done)
        return await asyncio.shield(running)  # Somebody who goes away leaves it to the others.

    async def _renew(self, now: datetime) -> T:
        value = await self._fetch(now)
        self._fetched = _Fetched(value, now + CACHED_FOR)
        return value

    def _done(self, running: asyncio.Task[T]) -> None:
        self._running = None
        if not running.cancelled():
            running.exception()  # Retrieved, so that asyncio does not log it where everybody has gone.
