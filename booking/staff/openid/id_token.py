"""ID tokens (OpenID Connect Core 1.0, 3.1.3.7): who signed in at the provider, and that it says so itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from email_validator import EmailNotValidError

from booking.domain.contact import parse_email
from booking.staff.openid.registration import Registration
from booking.storage.models.staff.openid import MAX_SUBJECT

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey  # It is loaded with the first sign-in at a provider.

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a public key. `none` proves nothing, and HMACs would be keyed by what everybody knows."""
RSA_BITS = range(2048, 8192 + 1)
MAX_KEYS = 50
LEEWAY = timedelta(minutes=1)
"""So far the clocks of the two servers may differ."""


class BadIdToken(Exception):
    """The token proves nothing to this server."""


class UnknownKey(BadIdToken):
    """It is signed with a key that isn't among the known ones, as after a rotation."""


@dataclass(frozen=True)
class ProvenIdentity:
    """`email` is given only if the provider has verified it; in small letters, as those of the accounts."""

    issuer: str
    subject: str
    email: str | None


def signing_keys(jwks: Mapping[str, Any]) -> "Sequence[RSAKey | ECKey]":
    """The public keys of a JWK Set (RFC 7517) that may sign; others are passed over."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    listed = jwks.get("keys")
    keys: list[RSAKey | ECKey] = []
    for data in listed[:MAX_KEYS] if isinstance(listed, list) else ():
        if not isinstance(data, dict) or data.get("use", "sig") != "sig":
            continue
        try:
            if data.get("kty") == "RSA" and _rsa_bits(data) in RSA_BITS:
                keys.append(RSAKey.import_key(data))
            elif data.get("kty") == "EC":
                keys.append(ECKey.import_key(data))
        except (JoseError, ValueError, TypeError):
            continue  # The others may be good.
    return keys


def _rsa_bits(data: Mapping[str, Any]) -> int:
    """Of the modulus, in whole bytes."""
    modulus = data.get("n")
    return len(modulus) * 6 // 8 * 8 if isinstance(modulus, str) else 0


def proven_identity(
    token: object,
    keys: "Sequence[RSAKey | ECKey]",
    registration: Registration,
    *,
    nonce: str,
    now: datetime,
) -> ProvenIdentity:
    """
    Raises:
        UnknownKey: none of the keys has signed it; fetching them again may help.
        BadIdToken: it isn't this provider's, for this client, for this request and for now.
    """
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    client = registration.client_id
    claims = _signed_claims(token, keys)
    required = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": registration.issuer},
        aud={"essential": True, "value": client},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        required.validate(claims)
    except (JoseError, TypeError, OverflowError) as reason:
        raise BadIdToken(f"{type(reason).__name__}: {reason}") from reason
    # The values above may be lists, too, of which the library takes any.
    if claims["nonce"] != nonce or claims["iss"] != registration.issuer:
        raise BadIdToken("a claim is a list")
    audience = claims["aud"]
    is_for_several = isinstance(audience, list) and len(audience) > 1
    if (is_for_several or "azp" in claims) and claims.get("azp") != client:
        raise BadIdToken("it was issued to another client (azp)")
    subject = claims["sub"]
    if not (0 < len(subject) <= MAX_SUBJECT and subject.isascii() and subject.isprintable()):
        raise BadIdToken("its subject can't be used")
    return ProvenIdentity(registration.issuer, subject, _verified_email(claims))


def _signed_claims(token: object, keys: "Sequence[RSAKey | ECKey]") -> dict[str, Any]:
    from joserfc import jws, jwt
    from joserfc.errors import InvalidKeyIdError, JoseError
    from joserfc.jwk import KeySet

    if not isinstance(token, str) or not token.isascii():
        raise BadIdToken("there is none")
    # A provider's own parameters of the header are passed over, but for those that must be understood.
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        return jwt.decode(token, KeySet(list(keys)), registry=registry).claims
    except InvalidKeyIdError as reason:
        raise UnknownKey(str(reason)) from reason
    except (JoseError, ValueError, TypeError, RecursionError) as reason:
        raise BadIdToken(f"{type(reason).__name__}: {reason}") from reason


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    try:
        return parse_email(email.strip()).normalized.casefold()
    except EmailNotValidError:
        return None
