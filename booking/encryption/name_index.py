"""The blind index of names: short HMACs of the beginnings of their words."""

from collections.abc import Iterable

from booking.encryption.cipher import DataKey

TOKEN_BYTES = 2
"""65,536 tokens: each is shared by beginnings that have nothing else in common."""
SAME_NAME_BYTES = 8


def name_token(key: DataKey, beginning: str) -> bytes:
    return key.hmac(b"beginning\n" + beginning.encode())[:TOKEN_BYTES]


def same_name_index(key: DataKey, words: Iterable[str]) -> bytes:
    """Equal for names of the same words, in whatever order."""
    return key.hmac(b"name\n" + " ".join(sorted(words)).encode())[:SAME_NAME_BYTES]
