"""Public holidays of a region, from the `holidays` package."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays


class UnknownRegion(ValueError):
    """No such country, or no such province or state in it."""


def public_holidays(region: str | None, first: date, last: date) -> set[date]:
    """The holidays of a region ("CA-ON", "NL") from `first` to `last`; none for no region."""
    if region is None:
        return set()
    years = range(first.year, last.year + 1)
    return {day for year in years for day in _in_year(region, year) if first <= day <= last}


def name_public_holidays(region: str | None, first: date, last: date, language: str) -> Mapping[date, str]:
    """The same with their names, by day: in the region's own language where they have none in this one."""
    days = sorted(public_holidays(region, first, last))
    if region is None or not days:
        return {}
    country, _, part = region.partition("-")
    known = holidays.country_holidays(country, subdiv=part or None).supported_languages
    spoken = next((each for each in known if each.partition("_")[0] == language.partition("-")[0]), None)
    years = range(first.year, last.year + 1)
    named = holidays.country_holidays(country, subdiv=part or None, years=years, language=spoken)
    return {day: named[day] for day in days}


def check_region(region: str) -> None:
    """Check that the region has public holidays.

    Raises:
        UnknownRegion: the holidays package has no such region.
    """
    _in_year(region, 2000)


@lru_cache(maxsize=64)
def _in_year(region: str, year: int) -> frozenset[date]:
    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as unknown:  # the package's error for an unknown region
        raise UnknownRegion(f"no public holidays are known for {region!r}") from unknown
