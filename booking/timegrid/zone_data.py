"""The one source of time zones: the `tzdata` package that the lock files pin.

Python would read the system's data first, which may be years older than the law of a province: the same
visit would then have two times, one from each source.
"""

import re
import zoneinfo
from importlib import metadata

import tzdata

DISTRIBUTION = "book-online"


def use_packaged_zones() -> None:
    """Read zones from the package only, whatever the system or `PYTHONTZPATH` offers.

    Zones that were read before this are read anew.
    """
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


def zone_release() -> str:
    """The release of the tz database in use, as IANA names it: "2026f"."""
    return str(tzdata.IANA_VERSION)


def zone_data_warning() -> str | None:
    """A sentence if an older package is installed than this program asks for; None if all is well."""
    needed = _needed_version()
    if _numbers(tzdata.__version__) >= _numbers(needed):
        return None
    return (
        f"time zones: tzdata {tzdata.__version__} (release {zone_release()}) is older than {needed}: hours "
        f'may be off where a law has changed since; `pip install --upgrade "tzdata>={needed}"`'
    )


def _needed_version() -> str:
    """The least version in this program's own requirements; "0" where it isn't installed as a package."""
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return "0"
    found = (re.match(r"tzdata\s*>=\s*([\d.]+)", line) for line in requirements)
    return next((match[1] for match in found if match), "0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
