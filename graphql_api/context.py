"""What a resolver is handed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import strawberry

from booking.hold import Holder
from booking.storage.columns import Words, in_language
from booking.storage.database import Database
from booking.storage.tables import Clinic
from graphql_api.loaders import Loaders


@dataclass(frozen=True)
class Context:
    """One request's: sessions to open, the time it came in, who asks, the language to answer in."""

    database: Database
    load: Loaders
    now: datetime
    clinic: Clinic
    holder: Holder
    language: str
    nodes: "Mapping[str, NodeLookup]"

    def on_the_clinics_clock(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.clinic.time_zone))

    def say(self, words: Words) -> str:
        return in_language(words, self.language)

    def say_if(self, words: Words | None) -> str | None:
        return None if words is None else in_language(words, self.language)


NodeLookup = Callable[[str, Context], Awaitable[Any]]
"""From an id's key to the object; None for what is gone and what isn't the caller's, alike."""

Info = strawberry.Info[Context, None]
