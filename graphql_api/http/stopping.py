"""Stopping: a server that is about to end says so to health checks first, and then ends its streams."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Stopping:
    """`is_draining`: the server still serves, and wants no new traffic. `streams`: set when they must end."""

    is_draining: bool = False
    streams: asyncio.Event = field(default_factory=asyncio.Event)
