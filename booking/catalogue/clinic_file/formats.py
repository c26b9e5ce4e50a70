"""Short texts of a fixed form in a clinic's file: addresses, languages, amounts, codes."""

from typing import Annotated

from email_validator import EmailNotValidError
from pydantic import AfterValidator, StringConstraints

from booking.catalogue.clinic_file.fields import matching
from booking.domain.contact import parse_email


def _email_address(text: str) -> str:
    try:
        return parse_email(text).normalized
    except EmailNotValidError as reason:
        raise ValueError(f"{text!r} is no e-mail address") from reason


Email = Annotated[str, AfterValidator(_email_address)]
Language = Annotated[
    str, matching(r"[a-z]{2,3}(-[A-Z]{2})?", 'no language; languages look like "en" or "fr-CA"')
]
Amount = Annotated[str, matching(r"[0-9]{1,6}\.[0-9]{2}", 'no price; a price looks like "110.00"')]
ServiceType = Annotated[str, matching(r"[1-9][0-9]{0,3}", 'no service type; one looks like "65"')]
Version = Annotated[
    str,
    StringConstraints(max_length=64),
    matching(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*", 'no version; a version looks like "2027-01" or "3.1"'),
]
Currency = Annotated[str, matching(r"[A-Z]{3}", 'no currency; a currency looks like "CAD"')]
Revision = Annotated[
    str, matching(r"[0-9a-f]{16}", "no revision; `book-online export` writes it, and it may be left out")
]
