"""Identifiers in addresses and forms."""

import uuid

from booking.domain.errors import NotFound


def number_in(text: str) -> int | None:
    """A number that the database gave; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def id_in(text: str) -> uuid.UUID:
    """
    Raises:
        NotFound: no id is written so, and nothing has it.
    """
    try:
        return uuid.UUID(text)
    except ValueError as reason:
        raise NotFound("There is nothing of this id.") from reason
