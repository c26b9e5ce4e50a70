"""What a password must be: long enough, and none that is guessed first. It needs no signs of any kind."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from booking.domain.errors import InvalidInput, InvalidInputCode

MIN_LENGTH = 12
MAX_LENGTH = 1000
MIN_DISTINCT = 5
"""A password of fewer different characters is a key that was held down."""
MAX_UNIT = 6
"""A password that repeats a piece as short as this is as easy as the piece."""
ADDED_TO_A_WORD = 4
"""So many characters beside a word that everybody tries make no password of it."""
GUESSED_FIRST = (
    "administrator",
    "administrateur",
    "azertyuiop",
    "bienvenue",
    "changeme",
    "iloveyou",
    "letmein",
    "motdepasse",
    "password",
    "passwort",
    "qwertyuiop",
    "reception",
    "welcome",
)


def normalized(password: str) -> str:
    """Equal for one password from any keyboard (RFC 8265 asks for one form of composed letters)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, names: Iterable[str]) -> None:
    """`names` are what everybody knows of the member: name, e-mail address, the clinic.

    Raises:
        InvalidInput: it is too short, too long, or would be guessed first.
    """
    text = normalized(password)
    if len(text) < MIN_LENGTH:
        message = f"Please take {MIN_LENGTH} characters or more. A few words in a row are good."
        raise _refusal(message, InvalidInputCode.OUT_OF_RANGE)
    if len(text) > MAX_LENGTH:
        raise _refusal(f"Please take {MAX_LENGTH} characters at most.", InvalidInputCode.TOO_LONG)
    if not _is_encodable(text):
        raise _refusal("This has a character that can't be stored.", InvalidInputCode.WRONG_FORMAT)
    if _is_guessed_first(text.casefold(), names):
        message = "This would be among the first that somebody tries. A few words in a row are better."
        raise _refusal(message, InvalidInputCode.WRONG_FORMAT)


def _is_guessed_first(text: str, names: Iterable[str]) -> bool:
    return (
        len(set(text)) < MIN_DISTINCT
        or _runs_on(text)
        or any(text == (text[:size] * len(text))[: len(text)] for size in range(1, MAX_UNIT + 1))
        or any(_is_little_more_than(word, text) for word in (*GUESSED_FIRST, *names))
    )


def _runs_on(text: str) -> bool:
    """Each character follows the one before, or precedes it: `abcdefghijkl`."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


def _is_little_more_than(word: str, text: str) -> bool:
    letters, plain = _letters(text), _letters(word)
    rest = letters.replace(plain, "") if plain else letters
    # Digits and signs count as nothing: they are what is added where a rule asks for them.
    return len(plain) >= ADDED_TO_A_WORD and plain in letters and len(rest) <= ADDED_TO_A_WORD


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]", "", normalized(text).casefold())


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # Half a surrogate pair.
        return False
    return True


def _refusal(message: str, code: InvalidInputCode) -> InvalidInput:
    return InvalidInput(message, path=("password",), code=code)
