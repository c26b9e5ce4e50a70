"""Where others join in: who hears of what has happened."""

from collections.abc import Awaitable, Callable

from booking.events import Event

Listener = Callable[[Event, str | None], Awaitable[None]]
"""Hears of an event after its commit, at least once. What it raises is tried again later.

The second is the secret of the manage link, which is kept only until all have heard.
"""


class GiveUp(Exception):
    """Raised by a listener: to try again would be of no use."""
