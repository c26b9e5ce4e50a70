"""Names that administrators give to keys and endpoints."""

from booking.domain.errors import InvalidInput

MAX_LENGTH = 200


def check_display_name(name: str, *, owner: str) -> str:
    """The name, trimmed. `owner` begins the message: "A key".

    Raises:
        InvalidInput: the name is empty, too long or not printable.
    """
    if not name.strip() or len(name) > MAX_LENGTH or not name.isprintable():
        raise InvalidInput(f"{owner} needs a name of 1 to {MAX_LENGTH} characters.", path=("name",))
    return name.strip()
