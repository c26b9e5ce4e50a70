"""Tells a request of the desk's own pages from one that another site made a browser send."""

from urllib.parse import urlsplit

from starlette.requests import Request


def is_same_origin(request: Request) -> bool:
    """By headers that browsers set and no page can change. One that is missing proves nothing.

    `Sec-Fetch-Site` is sent by all browsers since 2023; `Origin` with each POST. Where both are there, both
    must be right.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    # Under `no-referrer` browsers send "null" with the forms of this server's own pages, too.
    if origin is None or origin == "null":
        return site is not None
    try:
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    except ValueError:
        return False
