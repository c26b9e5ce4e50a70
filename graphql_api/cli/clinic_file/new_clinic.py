"""The file of a new clinic, made of a few answers, which the checker of all clinic files looks at."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from babel.core import get_global
from phonenumbers import PhoneNumberFormat, example_number, format_number

from booking.catalogue.clinic_file.export.toml_text import toml_value
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.catalogue.clinic_file.slugs import slug_of
from graphql_api.settings import InvalidSetting

TEMPLATE = Path(__file__).parent / "clinic.toml.template"
SOME_COUNTRY = "CA"
"""Where the zone belongs to none, such as UTC: phone numbers are then given with their country code."""

Answers = Mapping[str, str]
"""What was said, by the name of the question."""


@dataclass(frozen=True)
class Question:
    """`sample` stands for the answer until it is given; `default` is meant by an empty one."""

    name: str
    text: str
    example: str
    sample: str
    default: str = ""

    @property
    def prompt(self) -> str:
        return f"{self.text} [{self.default}]: " if self.default else f"{self.text} (like {self.example}): "


QUESTIONS = (
    Question("name", "Name of the clinic", "Sample Physiotherapy", "Sample"),
    Question("time_zone", "Time zone", "America/Toronto", "America/Toronto"),
    Question("phone", "Phone number for patients", "416 555 0199", ""),
    Question("place", "Address, with commas between its lines", "1 Main Street, Toronto", "Sample"),
    Question("hours", "Opening hours", "mon-fri 09:00-17:00", "mon 09:00-17:00", "mon-fri 09:00-17:00"),
    Question("practitioner", "First practitioner", "Sample Practitioner", "Sample"),
    Question("service", "First service, and its length", "First visit, 45 min", "Sample, 5 min"),
)


def clinic_text(answers: Answers, language: str) -> str:
    """The file, with samples for what was not answered."""
    said = {each.name: answers.get(each.name, each.sample).strip() for each in QUESTIONS}
    country = get_global("zone_territories").get(said["time_zone"]) or SOME_COUNTRY
    address = [line.strip() for line in said["place"].split(",")]
    service, _, duration = (part.strip() for part in said["service"].rpartition(","))
    values: dict[str, Any] = {
        "name": said["name"],
        "phone": said["phone"] if "phone" in answers else _example_phone(country),
        "country": country,
        "time_zone": said["time_zone"],
        "language": language,
        "place_slug": slug_of(address[0], "place"),
        "place_name": address[0],
        "address": [line for line in address if line],
        "hours": _week(said["hours"]),
        "practitioner_slug": slug_of(said["practitioner"], "practitioner"),
        "practitioner": said["practitioner"],
        "service_slug": slug_of(service, "service"),
        "service_name": service,
        "duration": duration,
    }
    spelled = {key: toml_value(value) for key, value in values.items()}
    return Template(TEMPLATE.read_text("utf-8")).substitute(spelled, heading="The clinic's file")


def mistakes_of(answers: Answers, language: str) -> list[str]:
    """What `check` says of them; where the earlier answers are right, it is about the last one."""
    try:
        parse_clinic_file(clinic_text(answers, language))
    except ClinicFileError as refused:
        return [*dict.fromkeys(mistake.message for mistake in refused.mistakes)]
    return []


def _week(text: str) -> dict[str, list[str]]:
    """`mon-thu 08:00-12:00 13:00-17:00; fri 08:00-12:00` as a week of the file."""
    week: dict[str, list[str]] = {}
    for part in text.split(";"):
        days, *spans = part.replace(",", " ").split() or [""]
        week[days.lower()] = [*week.get(days.lower(), ()), *spans]
    return week


def _example_phone(country: str) -> str:
    number = example_number(country)
    return format_number(number, PhoneNumberFormat.E164) if number else ""


def ask_all(
    given: Answers, language: str, ask: Callable[[Question], str], tell: Callable[[str], None]
) -> Answers:
    """All answers: those that were given, and those that are asked for, again until they are right."""
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        said = given.get(question.name)
        while True:
            answers[question.name] = (ask(question) if said is None else said) or question.default
            mistakes = mistakes_of(answers, language)
            if not mistakes:
                break
            for mistake in mistakes:
                tell(mistake)
            said = None
    return answers


def ask_at_terminal(question: Question) -> str:
    """
    Raises:
        InvalidSetting: there is nobody to ask.
    """
    if not sys.stdin.isatty():
        option = question.name.replace("_", "-")
        raise InvalidSetting(f"--{option} is missing or wrong, and there is no terminal to ask at")
    return input(question.prompt).strip()
