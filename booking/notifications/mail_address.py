"""Addresses of mails, safe whatever name is in them."""

import unicodedata
from email.headerregistry import Address

from booking.domain.contact import parse_email

NAME_PUNCTUATION = "-–/&+'’"


def mail_address(name: str, email: str) -> Address:
    """An internationalised domain as servers know it; only what is part of a name stays in the name.

    Python folds a long header without the quotes that a comma or an at sign needs, and then a piece of
    the name would be one more recipient. Refuses with a ValueError what is no e-mail address.
    """
    checked = parse_email(email)
    user, _, host = (checked.ascii_email or checked.normalized).rpartition("@")
    kept = (
        char if unicodedata.category(char)[0] in "LMN" or char in NAME_PUNCTUATION else " " for char in name
    )
    return Address(" ".join("".join(kept).split()), user, host)
