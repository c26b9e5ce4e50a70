"""Files that are encrypted as a stream: AES-256-GCM in chunks (STREAM, https://eprint.iacr.org/2015/189).

Each file has a key of its own, derived from a key-encryption key and a random salt (HKDF-SHA256). A chunk's
nonce holds its number and whether it is the last one, so that no chunk can be left out, moved or cut off.
"""

import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from booking.encryption.cipher import KEY_BYTES
from booking.encryption.key_ring import KeyEncryptionKey

SALT_BYTES = 32
CHUNK_BYTES = 1 << 16
TAG_BYTES = 16
COUNTER_BYTES = 11
"""Of the nonce's twelve; the twelfth is 1 for the last chunk."""


class UnreadableFile(Exception):
    """The file was cut off or altered, or encrypted with another key."""


class _ChunkCipher:
    """Encrypts or decrypts the chunks of one file, in order. Each is bound to the file's header."""

    def __init__(self, key: KeyEncryptionKey, salt: bytes, header: bytes) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt, b"book-online file").derive(key.secret)
        self._cipher = AESGCM(derived)
        self._header = header
        self._number = 0

    def encrypt(self, chunk: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last), chunk, self._header)

    def decrypt(self, chunk: bytes, *, is_last: bool) -> bytes:
        """
        Raises:
            UnreadableFile: it is not the chunk that was written at this place.
        """
        try:
            return self._cipher.decrypt(self._nonce(is_last), chunk, self._header)
        except (InvalidTag, ValueError) as reason:
            raise UnreadableFile from reason

    def _nonce(self, is_last: bool) -> bytes:
        nonce = self._number.to_bytes(COUNTER_BYTES) + bytes([is_last])
        self._number += 1
        return nonce


class EncryptingWriter(io.RawIOBase):
    """Encrypts what is written to it. `finish` writes the last chunk."""

    def __init__(self, file: BinaryIO, key: KeyEncryptionKey, *, salt: bytes, header: bytes) -> None:
        super().__init__()
        self._file = file
        self._cipher = _ChunkCipher(key, salt, header)
        self._rest = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._rest += data
        while len(self._rest) > CHUNK_BYTES:  # The last chunk, which may be a whole one, waits for the end.
            self._file.write(self._cipher.encrypt(bytes(self._rest[:CHUNK_BYTES]), is_last=False))
            del self._rest[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk: without it the file can't be read."""
        self._file.write(self._cipher.encrypt(bytes(self._rest), is_last=True))


class DecryptingReader(io.RawIOBase):
    """Reads what an EncryptingWriter has written.

    Raises, while it is read:
        UnreadableFile: at the first chunk that is not as it was written.
    """

    def __init__(self, file: BinaryIO, key: KeyEncryptionKey, *, salt: bytes, header: bytes) -> None:
        super().__init__()
        self._file = file
        self._cipher = _ChunkCipher(key, salt, header)
        self._ahead = file.read(CHUNK_BYTES + TAG_BYTES)
        self._rest = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        view = memoryview(buffer)
        while not self._rest and not self._is_over:
            chunk, self._ahead = self._ahead, self._file.read(CHUNK_BYTES + TAG_BYTES)
            self._is_over = not self._ahead
            self._rest = self._cipher.decrypt(chunk, is_last=self._is_over)
        part = self._rest[: len(view)]
        view[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)
