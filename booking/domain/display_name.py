"""Names that administrators give to keys and endpoints."""

from booking.domain.errors import InvalidInput, InvalidInputCode

MAX_LENGTH = 200


def check_display_name(name: str, *, owner: str) -> str:
    """The name, trimmed. `owner` begins the message: "A key".

    Raises:
        InvalidInput: the name is empty, too long or not printable.
    """
    code = None
    if not name.strip():
        code = InvalidInputCode.REQUIRED
    elif len(name) > MAX_LENGTH:
        code = InvalidInputCode.TOO_LONG
    elif not name.isprintable():
        code = InvalidInputCode.WRONG_FORMAT
    if code:
        message = f"{owner} needs a name of 1 to {MAX_LENGTH} characters."
        raise InvalidInput(message, path=("name",), code=code)
    return name.strip()
