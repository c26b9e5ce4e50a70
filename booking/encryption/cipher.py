"""Encrypts single values: AES-256-GCM, bound to the table, column and row where they are stored."""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"\x01"
"""The first byte of each ciphertext, for the day when another cipher follows."""
BLOCK_BYTES = 32
"""Texts are padded to a multiple of this, so that a ciphertext's length doesn't tell the text's."""
PADDING = b"\x80"  # ISO/IEC 7816-4: this byte, then zeros.


class Ciphertext(bytes):
    """An encrypted value as the database stores it: format, nonce, AES-GCM's output."""


class Place(NamedTuple):
    """Where a ciphertext is stored. At any other place it is refused."""

    column: str  # `table.column`
    row: uuid.UUID | str

    @property
    def associated_data(self) -> bytes:
        return f"{self.column}\n{self.row}".encode()


class UnreadableValue(Exception):
    """A ciphertext was cut, altered, moved to another place, or encrypted with another key."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.column} of {place.row} can't be decrypted: its ciphertext was altered, cut, moved here "
            "from another row, or made with another key. It was left as it is: restore that row from a backup"
        )


@dataclass(frozen=True)
class DataKey:
    """A key that encrypts the values of one patient, or one kind of secret of the clinic."""

    id: uuid.UUID
    secret: bytes = field(repr=False)

    def encrypt(self, text: str, place: Place) -> Ciphertext:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Ciphertext(
            FORMAT + nonce + AESGCM(self.secret).encrypt(nonce, _padded(text), place.associated_data)
        )

    def decrypt(self, ciphertext: bytes, place: Place) -> str:
        """
        Raises:
            UnreadableValue: the ciphertext is not one that this key made for this place.
        """
        nonce, encrypted = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        try:
            if ciphertext[:1] != FORMAT:
                raise InvalidTag
            padded = AESGCM(self.secret).decrypt(nonce, encrypted, place.associated_data)
        except (InvalidTag, ValueError) as reason:  # ValueError: too short for a nonce
            raise UnreadableValue(place) from reason
        return padded.rstrip(b"\x00")[: -len(PADDING)].decode("utf-8", "surrogatepass")

    def hmac(self, message: bytes) -> bytes:
        """HMAC-SHA-256, for keys that authenticate or index values instead of encrypting them."""
        return hmac.digest(self.secret, message, hashlib.sha256)


def new_data_key() -> DataKey:
    return DataKey(uuid.uuid4(), secrets.token_bytes(KEY_BYTES))


def _padded(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass") + PADDING
    return data + bytes(-len(data) % BLOCK_BYTES)
