"""Contact details: what a person typed -> what the clinic can use."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import phonenumbers
from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from phonenumbers import PhoneNumberType

from booking.domain.errors import InvalidInput, InvalidInputCode

MAX_NAME_LENGTH = 200
REFUSED_IN_NAMES = {"Cc", "Cs", "Co", "So"}
UNASSIGNED = "Cn"
"""The category of a character that this Python's Unicode doesn't know: it may be a letter of a newer one."""
EXTENSION = re.compile(
    r"[\s,;]*\b(?:poste|interno|anexo|durchwahl|apparat)\b[\s.:]*(?:n[o°º])?[\s.:]*(\d{1,7})\s*$",
    re.IGNORECASE,
)
"""An extension in words that the phone number library doesn't know."""


@dataclass(frozen=True)
class Contact:
    """Name as typed but trimmed, e-mail normalised, phone in E.164 with its extension.

    One of the last two is empty where a patient who called has given none.
    """

    name: str
    email: str
    phone: str
    contact_name: str = field(default="", kw_only=True)
    """Of the person whom address and number reach, where that isn't the patient."""


class InvalidDetail(ValueError):
    """Says what is wrong with one detail and what to do."""

    def __init__(self, message: str, code: InvalidInputCode = InvalidInputCode.WRONG_FORMAT) -> None:
        super().__init__(message)
        self.code = code


def check_contact(
    name: str,
    email: str,
    phone: str,
    *,
    contact_name: str = "",
    country: str,
    one_is_enough: bool = False,
) -> Contact:
    """The details as the clinic can use them.

    `country` (ISO 3166) is where a phone number without a country code is from. Of the address and the
    number both are needed, unless `one_is_enough`.

    Raises:
        ExceptionGroup: of InvalidInput, one for each detail that can't be used.
    """
    mistakes: list[InvalidInput] = []

    needs_email = needs_phone = True
    if one_is_enough:
        needs_email, needs_phone = bool(trim(email)), bool(trim(phone))
        if not (needs_email or needs_phone):
            message = "Please give a phone number or an e-mail address."
            mistakes.append(InvalidInput(message, path=("patient", "phone"), code=InvalidInputCode.REQUIRED))

    def checked(detail: str, check: Callable[[str], str], typed: str) -> str:
        try:
            return check(typed)
        except InvalidDetail as reason:
            code = reason.code if trim(typed) else InvalidInputCode.REQUIRED
            mistakes.append(InvalidInput(str(reason), path=("patient", detail), code=code))
            return ""

    contact = Contact(
        checked("name", _name, name),
        checked("email", _email, email) if needs_email else "",
        checked("phone", partial(_phone, country=country), phone) if needs_phone else "",
        contact_name=checked("contactName", _name, contact_name) if trim(contact_name) else "",
    )
    if mistakes:
        raise ExceptionGroup("details that can't be used", mistakes)
    return contact


def check_email(email: str, *, path: tuple[str, ...]) -> str:
    """The address as the clinic can use it.

    Raises:
        InvalidInput: this is none; it names the input at `path`.
    """
    try:
        return _email(email)
    except InvalidDetail as reason:
        code = reason.code if trim(email) else InvalidInputCode.REQUIRED
        raise InvalidInput(str(reason), path=path, code=code) from reason


def parse_email(address: str) -> ValidatedEmail:
    """The parts of an address. The DNS isn't asked whether its domain takes mail.

    Raises:
        EmailNotValidError: this is no address.
    """
    return validate_email(address, check_deliverability=False)


def parse_phone(phone: str, country: str) -> str | None:
    """The number in E.164, with its extension as in RFC 3966: `+14165451881;ext=45`.

    None if it can't have been assigned in any country.

    Raises:
        ValueError: this is no phone number at all.
    """
    try:
        number = phonenumbers.parse(EXTENSION.sub(r" ext. \1", trim(phone)), country)
    except phonenumbers.NumberParseException as reason:
        raise ValueError(f"{phone!r} is no phone number") from reason
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}" if number.extension else e164


def takes_text_messages(phone: str) -> bool:
    """Whether a number in E.164 may be a mobile's: in North America any without an extension may."""
    if not phone or ";" in phone:
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(phone))
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def trim(typed: str) -> str:
    """Without white space and invisible characters at either end: copied text often brings some."""
    is_empty = [char.isspace() or unicodedata.category(char) == "Cf" for char in typed]
    start = next((i for i, empty in enumerate(is_empty) if not empty), len(typed))
    end = next((i for i, empty in enumerate(reversed(is_empty)) if not empty), 0)
    return typed[start : len(typed) - end]


def is_unknown_character(char: str) -> bool:
    """Whether a newer Unicode may have assigned it; noncharacters stay unassigned for ever."""
    code = ord(char)
    is_noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return unicodedata.category(char) == UNASSIGNED and not is_noncharacter


def _name(typed: str) -> str:
    name = " ".join(trim(typed).split())
    if not name:
        raise InvalidDetail("Please give a name.")
    if len(name) > MAX_NAME_LENGTH:
        message = f"Please give a name of {MAX_NAME_LENGTH} characters at most."
        raise InvalidDetail(message, InvalidInputCode.TOO_LONG)
    categories = {unicodedata.category(char) for char in name if not is_unknown_character(char)}
    if not any(category.startswith("L") for category in categories) and not any(
        map(is_unknown_character, name)
    ):
        raise InvalidDetail("Please give a name with letters.")
    if not categories.isdisjoint({*REFUSED_IN_NAMES, UNASSIGNED}):
        raise InvalidDetail("Please give a name without symbols.")
    return unicodedata.normalize("NFC", name)


def _email(typed: str) -> str:
    try:
        return parse_email(trim(typed)).normalized
    except EmailNotValidError as reason:
        raise InvalidDetail("Please give an e-mail address like name@example.com.") from reason


def _phone(typed: str, country: str) -> str:
    try:
        number = parse_phone(typed, country)
    except ValueError as reason:
        raise InvalidDetail("Please give a phone number with its area code.") from reason
    if number is None:
        message = "No such phone number. Please give one with its area code."
        raise InvalidDetail(message, InvalidInputCode.UNKNOWN)
    return number
