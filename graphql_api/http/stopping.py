"""Stopping: a server that is about to end says so to health checks first, and then ends its streams."""

import asyncio
import random
from dataclasses import dataclass, field

COME_BACK_MILLISECONDS = (300, 3000)
"""All clients of a server that ends should not ask the next one at once."""


@dataclass
class Stopping:
    """`is_draining`: the server still serves, and wants no new traffic. `streams`: set when they must end."""

    is_draining: bool = False
    streams: asyncio.Event = field(default_factory=asyncio.Event)

    @staticmethod
    def come_back() -> str:
        """The field `retry` of an event stream: when to come back, another time for each client."""
        return f"retry: {random.randint(*COME_BACK_MILLISECONDS)}\n"  # noqa: S311  (no secret)
