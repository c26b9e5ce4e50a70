"""Credentials of WebAuthn: what a browser answers about a passkey, read and verified for a site."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential
from webauthn.registration.verify_registration_response import VerifiedRegistration

MAX_LENGTH = 20_000
"""Of an answer; with the largest keys it has some thousands of characters."""


@dataclass(frozen=True)
class RelyingParty:
    """The site that passkeys are made for, and work at alone: its host, its origin, and the clinic's name."""

    id: str
    origin: str
    name: str

    @classmethod
    def of_site(cls, site: str, name: str) -> Self | None:
        """None if the site's host is an IP address: browsers make no passkeys for one."""
        parts = urlsplit(site)
        host = parts.hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return cls(host, f"{parts.scheme}://{parts.netloc}".lower(), name)
        return None


class UnusableCredential(Exception):
    """The answer is malformed, of another site, or not signed as it must be."""


def new_credential(text: str) -> RegistrationCredential:
    """The answer of `navigator.credentials.create`, as JSON.

    Raises:
        UnusableCredential: it is none. So do the functions below.
    """
    with _failure_as_unusable():
        return parse_registration_credential_json(_short(text))


def shown_credential(text: str) -> AuthenticationCredential:
    """The answer of `navigator.credentials.get`, as JSON."""
    with _failure_as_unusable():
        return parse_authentication_credential_json(_short(text))


def challenge_in(credential: RegistrationCredential | AuthenticationCredential) -> bytes:
    """The challenge that it says it answers."""
    with _failure_as_unusable():
        data = parse_client_data_json(credential.response.client_data_json)
        if data.cross_origin:
            raise ValueError("made in a frame of another site")
        return data.challenge


def verified_new(
    credential: RegistrationCredential, challenge: bytes, party: RelyingParty
) -> VerifiedRegistration:
    """The passkey that was made for this site, by somebody who proved who they are to the device."""
    with _failure_as_unusable():
        return verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )


def verified_shown(
    credential: AuthenticationCredential,
    challenge: bytes,
    party: RelyingParty,
    *,
    public_key: bytes,
    sign_count: int,
) -> VerifiedAuthentication:
    """The proof of the passkey with this key. A copy of the passkey repeats the last `sign_count`."""
    with _failure_as_unusable():
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )


def _short(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise ValueError("too long")
    return text


@contextmanager
def _failure_as_unusable() -> Iterator[None]:
    try:
        yield
    except Exception as reason:  # A hostile answer makes parsers of JSON, CBOR and keys raise anything.
        raise UnusableCredential from reason
