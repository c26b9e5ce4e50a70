"""Addresses of mails, made safe for any name in them."""

import unicodedata
from email.headerregistry import Address

from booking.domain.contact import is_unknown_character, parse_email

NAME_PUNCTUATION = "-–/&+'’"


def mail_address(name: str, email: str) -> Address:
    """An internationalised domain is encoded as servers know it; of a name only letters, digits and
    `NAME_PUNCTUATION` stay.

    Python folds a long header without the quotes that a comma or an at sign needs, and then a piece of
    the name would be one more recipient.

    Raises:
        ValueError: `email` is no e-mail address.
    """
    checked = parse_email(email)
    user, _, host = (checked.ascii_email or checked.normalized).rpartition("@")
    harmless = (char if _is_harmless(char) else " " for char in name)
    return Address(" ".join("".join(harmless).split()), user, host)


def _is_harmless(char: str) -> bool:
    is_letter = unicodedata.category(char)[0] in "LMN" or is_unknown_character(char)
    return is_letter or char in NAME_PUNCTUATION
