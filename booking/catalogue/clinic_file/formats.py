"""Short texts of a fixed form in a clinic's file: addresses, languages, amounts, codes."""

from typing import Annotated

from email_validator import EmailNotValidError
from pydantic import AfterValidator, StringConstraints

from booking.catalogue.clinic_file.fields import matching
from booking.domain.contact import parse_email
from booking.i18n.sentences import InvalidValue, quoted


def _email_address(text: str) -> str:
    try:
        return parse_email(text).normalized
    except EmailNotValidError as reason:
        raise InvalidValue("check.email", text=quoted(text)) from reason


Email = Annotated[str, AfterValidator(_email_address)]
Language = Annotated[str, matching(r"[a-z]{2,3}(-[A-Z]{2})?", "check.language")]
Amount = Annotated[str, matching(r"[0-9]{1,6}\.[0-9]{2}", "check.amount")]
ServiceType = Annotated[str, matching(r"[1-9][0-9]{0,3}", "check.serviceType")]
Version = Annotated[
    str,
    StringConstraints(max_length=64),
    matching(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*", "check.version"),
]
Currency = Annotated[str, matching(r"[A-Z]{3}", "check.currency")]
Revision = Annotated[str, matching(r"[0-9a-f]{16}", "check.revision")]
