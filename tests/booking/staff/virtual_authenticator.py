"""A device with passkeys, as a browser answers for it; its parts can be made wrong one by one."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from booking.staff.passkeys.credentials import RelyingParty

USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40
SITE = RelyingParty("booking.clinic.example", "https://booking.clinic.example", "Sample Clinic")


@dataclass
class VirtualAuthenticator:
    """`flags` are those of a device that asked for a finger; it `counts` if no other has its passkey."""

    origin: str = SITE.origin
    rp_id: str = SITE.id
    flags: int = USER_PRESENT | USER_VERIFIED
    cross_origin: bool = False
    counts: bool = True
    user_handle: bytes = b""
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str) -> str:
        """The answer to `navigator.credentials.create`."""
        given = json.loads(options)
        self.user_handle = unpadded(given["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cbor2.dumps(cose)
        data = self._authenticator_data(HAS_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", given["challenge"])
        return self._answer(clientDataJSON=client_data, attestationObject=attestation)

    def get(self, options: str, **changed: Any) -> str:
        """The answer to `navigator.credentials.get`; `changed` are parts of it that were tampered with."""
        data = self._authenticator_data()
        client_data = self._client_data("webauthn.get", json.loads(options)["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        parts = {
            "clientDataJSON": client_data,
            "authenticatorData": data,
            "signature": self.key.sign(signed, ec.ECDSA(SHA256())),
            "userHandle": self.user_handle,
        }
        return self._answer(**parts | changed)

    def _authenticator_data(self, more_flags: int = 0) -> bytes:
        self.count += self.counts
        flags = (self.flags | more_flags).to_bytes(1)
        return hashlib.sha256(self.rp_id.encode()).digest() + flags + self.count.to_bytes(4)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(data).encode()

    def _answer(self, **response: bytes) -> str:
        credential = padded(self.credential_id)
        parts = {name: padded(value) for name, value in response.items()}
        return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": parts})


def padded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
