"""Where others join in: who hears of what has happened."""

from collections.abc import Awaitable, Callable

from booking.events import Event

Listener = Callable[[Event, str | None], Awaitable[None]]
"""Hears of an event after its commit, at least once. What it raises is tried again later.

The second is the secret of the manage link, which is kept only until all have heard.
"""


Family = Callable[[str], Listener]
"""Listeners that come and go, by their own names: `3f2a` of `webhook:3f2a`. They aren't told the secret."""


class GiveUp(Exception):
    """Raised by a listener: to try again would be of no use."""
