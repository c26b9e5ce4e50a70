"""Contact details: what a person typed -> what the clinic can use."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import phonenumbers
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from booking.domain.errors import InvalidInput

MAX_NAME_LENGTH = 200


@dataclass(frozen=True)
class Contact:
    """Name as typed but trimmed, e-mail normalised, phone in E.164."""

    name: str
    email: str
    phone: str


class InvalidDetail(ValueError):
    """Says what is wrong with one detail and what to do."""


def check_contact(name: str, email: str, phone: str, *, country: str) -> Contact:
    """The details as the clinic can use them.

    `country` (ISO 3166) is where a phone number without a country code is from.

    Raises:
        ExceptionGroup: of InvalidInput, one for each detail that can't be used.
    """
    mistakes: list[InvalidInput] = []

    def checked(detail: str, check: Callable[[str], str], typed: str) -> str:
        try:
            return check(typed)
        except InvalidDetail as reason:
            mistakes.append(InvalidInput(str(reason), path=("patient", detail)))
            return ""

    contact = Contact(
        checked("name", _name, name),
        checked("email", _email, email),
        checked("phone", partial(_phone, country=country), phone),
    )
    if mistakes:
        raise ExceptionGroup("details that can't be used", mistakes)
    return contact


def country_of(phone: str) -> str:
    """The country of an E.164 number: the clinic's own number has its patients' country."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or "ZZ"


def parse_email(address: str) -> ValidatedEmail:
    """The parts of an address. The DNS isn't asked whether its domain takes mail.

    Raises:
        EmailNotValidError: this is no address.
    """
    return validate_email(address, check_deliverability=False)


def parse_phone(phone: str, country: str) -> str | None:
    """The number in E.164; None if it can't have been assigned in any country.

    Raises:
        ValueError: this is no phone number at all.
    """
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException as reason:
        raise ValueError(f"{phone!r} is no phone number") from reason
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name:
        raise InvalidDetail("Please give a name.")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidDetail(f"Please give a name of {MAX_NAME_LENGTH} characters at most.")
    categories = [unicodedata.category(char) for char in name]
    if not any(category.startswith("L") for category in categories):
        raise InvalidDetail("Please give a name with letters.")
    if not {"Cc", "Cs", "Co", "Cn", "So"}.isdisjoint(categories):
        raise InvalidDetail("Please give a name without symbols.")
    return unicodedata.normalize("NFC", name)


def _email(typed: str) -> str:
    try:
        return parse_email(typed.strip()).normalized
    except EmailNotValidError as reason:
        raise InvalidDetail("Please give an e-mail address like name@example.com.") from reason


def _phone(typed: str, country: str) -> str:
    try:
        number = parse_phone(typed, country)
    except ValueError as reason:
        raise InvalidDetail("Please give a phone number with its area code.") from reason
    if number is None:
        raise InvalidDetail("No such phone number. Please give one with its area code.")
    return number
