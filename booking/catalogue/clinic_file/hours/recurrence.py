"""How a clinic's file says how often something comes again: every "2 weeks"."""

import re
from typing import Annotated, Any

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


Weeks = Annotated[int, BeforeValidator(_weeks), PlainSerializer(spell_weeks)]
"""A number of weeks."""
