"""The time that an address wishes for, as people and other programs write it."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

PLUS = re.compile(r" (?=\d\d:?\d\d$)")


def wished_day(text: str, zone: ZoneInfo) -> date | None:
    """The day in the zone; None for any text that is no time.

    A date, and a time without an offset, are on the zone's clock.
    """
    # In an address a "+" that is not written as "%2B" arrives as a space.
    written = PLUS.sub("+", text.strip().upper())
    try:
        at = datetime.fromisoformat(written)
        return (at.astimezone(zone) if at.tzinfo else at).date()
    except (ValueError, OverflowError):
        return None
