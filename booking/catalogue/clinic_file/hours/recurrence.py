"""How a clinic's file says how often something comes again: every "2 weeks", or "1 year"."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from booking.i18n.sentences import InvalidValue

MOST_WEEKS = 8
WEEKS = re.compile(r"(?:([1-9]) )?weeks?")


def _weeks(value: Any) -> int:
    match = WEEKS.fullmatch(value) if isinstance(value, str) else None
    weeks = int(match[1] or 1) if match else 0
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidValue("check.weeks", most=spell_weeks(MOST_WEEKS))
    return weeks


def spell_weeks(weeks: int) -> str:
    return "1 week" if weeks == 1 else f"{weeks} weeks"


def _every(value: Any) -> int | Literal["year"]:
    if value in ("year", "1 year"):
        return "year"
    try:
        return _weeks(value)
    except InvalidValue:
        raise InvalidValue("check.every", most=spell_weeks(MOST_WEEKS)) from None


def spell_every(every: int | Literal["year"]) -> str:
    return "1 year" if every == "year" else spell_weeks(every)


Weeks = Annotated[int, BeforeValidator(_weeks), PlainSerializer(spell_weeks)]
"""A number of weeks."""
Every = Annotated[int | Literal["year"], BeforeValidator(_every), PlainSerializer(spell_every)]
"""A number of weeks, or a year."""
