"""Key-encryption keys: they wrap the data keys, and are kept outside every database."""

import hashlib
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from booking.encryption.cipher import KEY_BYTES, NONCE_BYTES, DataKey

ID_PREFIX = "kek-"
ID_DIGITS = 12
LINE = re.compile(r"(?P<id>kek-[0-9a-f]{12}):(?P<secret>[A-Za-z0-9+/]{43}=)")
SEPARATORS = re.compile(r"[\s,]+")
COMMENT = re.compile(r"#[^\n]*")


class KeyProblem(Exception):
    """Keys are missing, wrong or unsafe. The message is one sentence or two that say what to do."""


@dataclass(frozen=True)
class KeyEncryptionKey:
    """Named by a hash of its secret, so that a mistyped key is found before it is used."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        return ID_PREFIX + hashlib.sha256(b"key-encryption key" + self.secret).hexdigest()[:ID_DIGITS]

    def __str__(self) -> str:
        """As key files and the environment hold it: `kek-1f0c8d27e9a4:` and 32 bytes in base 64."""
        return f"{self.id}:{b64encode(self.secret).decode()}"

    def wrap(self, key: DataKey, purpose: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, key.secret, _associated_data(key.id, purpose))


@dataclass(frozen=True)
class KeyRing:
    """The first key wraps; all of them unwrap, so that a former key works until all is wrapped anew."""

    keys: tuple[KeyEncryptionKey, ...]

    @classmethod
    def parse(cls, text: str, *, source: str) -> Self:
        """The keys in a text: separated by lines, spaces or commas; `#` begins a comment.

        Raises:
            KeyProblem: there is none, or one is damaged.
        """
        keys = tuple(_parse_keys(COMMENT.sub("", text), source))
        if not keys:
            raise KeyProblem(f"{source} holds no key: `book-online data-keys init` makes one")
        return cls(keys)

    @property
    def first(self) -> KeyEncryptionKey:
        return self.keys[0]

    def has(self, id: str) -> bool:
        return any(key.id == id for key in self.keys)

    def unwrap(self, key_id: object, purpose: str, by: str, wrapped: bytes) -> bytes:
        """The secret of a data key.

        Raises:
            KeyProblem: the key-encryption key isn't on this ring, or the wrapped key was altered.
        """
        wrapping = next((key for key in self.keys if key.id == by), None)
        if wrapping is None:
            raise KeyProblem(
                f"the data keys are wrapped by the key-encryption key {by}, and this server has only "
                f"{', '.join(key.id for key in self.keys)}: give it that key as well (nothing was changed)"
            )
        try:
            return AESGCM(wrapping.secret).decrypt(
                wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _associated_data(key_id, purpose)
            )
        except (InvalidTag, ValueError) as reason:
            raise KeyProblem(
                f"the data key {key_id} was altered, cut, or moved from another row of the key store: "
                "restore the key store from its latest backup (nothing was changed)"
            ) from reason


def new_key_encryption_key() -> KeyEncryptionKey:
    return KeyEncryptionKey(secrets.token_bytes(KEY_BYTES))


def _parse_keys(text: str, source: str) -> Iterator[KeyEncryptionKey]:
    for word in filter(None, SEPARATORS.split(text)):
        match = LINE.fullmatch(word)
        if not match:
            raise KeyProblem(f"{source} holds something that is no key-encryption key: {word[:4]!r} …")
        key = KeyEncryptionKey(b64decode(match["secret"]))
        if key.id != match["id"]:
            raise KeyProblem(f"{source}: the key {match['id']} was altered; copy it once more")
        yield key


def _associated_data(key_id: object, purpose: str) -> bytes:
    return f"data key\n{purpose}\n{key_id}".encode()
