"""Parses an address as on an envelope into street, city, province or state, and postal code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

CITY = re.compile(
    r"(?P<city>\S.*?),?\s+(?P<region>[A-Z]{2})\s+(?:(?P<CA>[A-Z]\d[A-Z] ?\d[A-Z]\d)|(?P<US>\d{5}(?:-\d{4})?))"
)
"""`Toronto ON  M5X 1A1`, `Springfield, IL 62701`: as Canada Post and USPS want a city's line."""


@dataclass(frozen=True)
class PostalAddress:
    """Where the post of another country has other rules, all lines are `street` and the rest is empty."""

    street: Sequence[str]
    city: str = ""
    region: str = ""  # "ON"
    postal_code: str = ""
    country: str = ""  # ISO 3166: "CA"


def parse_address(lines: Sequence[str]) -> PostalAddress:
    """The lines above the city's are the street; a line below it names the country."""
    for number, line in enumerate(lines):
        match = CITY.fullmatch(line.strip())
        if match and number and number + 2 >= len(lines):
            country = "CA" if match["CA"] else "US"
            return PostalAddress(lines[:number], match["city"], match["region"], match[country], country)
    return PostalAddress(lines)
