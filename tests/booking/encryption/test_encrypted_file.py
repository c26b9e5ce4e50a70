"""Encrypted files: what was written comes back, and nothing else is ever read from them."""

from io import BytesIO

import pytest

from booking.encryption.encrypted_file import (
    CHUNK_BYTES,
    TAG_BYTES,
    DecryptingReader,
    EncryptingWriter,
    UnreadableFile,
)
from booking.encryption.key_ring import KeyEncryptionKey, new_key_encryption_key

KEY = new_key_encryption_key()
SALT, HEADER = b"salt of one file", b"its header"
STORED_CHUNK = CHUNK_BYTES + TAG_BYTES
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 1]


def encrypted(*parts: bytes) -> bytes:
    file = BytesIO()
    writer = EncryptingWriter(file, KEY, salt=SALT, header=HEADER)
    for part in parts:
        writer.write(part)
    writer.finish()
    return file.getvalue()


def decrypted(
    content: bytes, key: KeyEncryptionKey = KEY, *, salt: bytes = SALT, header: bytes = HEADER
) -> bytes:
    return DecryptingReader(BytesIO(content), key, salt=salt, header=header).read()


def content_of(size: int) -> bytes:
    return bytes(range(256)) * (size // 256) + bytes(size % 256)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_comes_back(size: int) -> None:
    content = content_of(size)
    assert decrypted(encrypted(content)) == content
    assert decrypted(encrypted(content[: size // 3], content[size // 3 :])) == content


@pytest.mark.parametrize("size", SIZES)
def test_a_file_that_ends_too_early_or_too_late_is_not_read(size: int) -> None:
    whole = encrypted(content_of(size))
    boundaries = range(0, len(whole), STORED_CHUNK)
    for cut in {*boundaries, len(whole) - 1}:
        with pytest.raises(UnreadableFile):
            decrypted(whole[:cut])
    for more in (b"\0", whole):
        with pytest.raises(UnreadableFile):
            decrypted(whole + more)


def test_chunks_in_another_order_are_not_read() -> None:
    whole = encrypted(content_of(3 * CHUNK_BYTES))
    first, second, last = (whole[at : at + STORED_CHUNK] for at in range(0, len(whole), STORED_CHUNK))
    assert len(decrypted(first + second + last)) == 3 * CHUNK_BYTES
    for other in (second + first + last, first + last, first + first + last, last + second + first):
        with pytest.raises(UnreadableFile):
            decrypted(other)


def test_another_key_salt_or_header_reads_nothing() -> None:
    whole = encrypted(b"content")
    assert decrypted(whole) == b"content"
    with pytest.raises(UnreadableFile):
        decrypted(whole, new_key_encryption_key())
    with pytest.raises(UnreadableFile):
        decrypted(whole, salt=b"salt of another")
    with pytest.raises(UnreadableFile):
        decrypted(whole, header=b"another header")


def test_two_files_of_one_content_have_nothing_in_common() -> None:
    file = BytesIO()
    writer = EncryptingWriter(file, KEY, salt=b"another salt", header=HEADER)
    writer.write(b"content")
    writer.finish()
    assert file.getvalue() != encrypted(b"content")
