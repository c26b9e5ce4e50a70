"""The page to show after signing in."""

from urllib.parse import urlsplit

DAY = "/desk/day"


def next_page(wanted: str) -> str:
    """The page of the desk that was asked for, or the day: never another site's address."""
    try:
        parts = urlsplit(wanted) if wanted.isprintable() and "\\" not in wanted else None
    except ValueError:  # of `//[`
        return DAY
    if parts is None or parts.scheme or parts.netloc or not parts.path.startswith("/desk/"):
        return DAY
    return DAY if parts.path.startswith("/desk/sign-") else wanted
