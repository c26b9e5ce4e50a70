"""Public holidays of a region, from the `holidays` package."""

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
