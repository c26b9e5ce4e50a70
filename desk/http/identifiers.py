"""Identifiers in addresses and forms."""

import uuid

from booking.domain.errors import NotFound


def id_in(text: str) -> uuid.UUID:
    """
    Raises:
        NotFound: no id is written so, and nothing has it.
    """
    try:
        return uuid.UUID(text)
    except ValueError as reason:
        raise NotFound("There is nothing of this id.") from reason
