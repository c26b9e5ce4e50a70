"""What a resolver is handed."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import strawberry

from booking.appointments.hold import Holder
from booking.domain.errors import BookingError
from booking.domain.translations import Translations, in_language
from booking.storage.database import Database
from booking.storage.models.catalogue import Clinic
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from graphql_api.resolvers.loaders import Loaders
from graphql_api.security.proof_of_work import ProofOfWork
from graphql_api.security.rate_limiting import RateLimits
from graphql_api.security.viewer import Viewer


@dataclass(frozen=True)
class Context:
    """One request's: sessions to open, the time it came in, who asks, the language to answer in."""

    database: Database
    load: Loaders
    clock: Callable[[BookingSession], Awaitable[datetime]]
    wait_until_visible: Callable[[], Awaitable[None]]
    """Waits until no answer that is kept, by any process, is older than what was committed before."""
    now: datetime
    next_hold_expiry: datetime | None
    """When the first of what was held as it came in runs out."""
    clinic: Clinic
    viewer: Viewer
    holder: Holder
    meters: RateLimits
    proof: ProofOfWork | None
    """What to ask for before a time is held; None while nobody has to prove anything."""
    check_webhook: Callable[[str], Awaitable[None]]
    """Refuses an address that webhooks may not go to."""
    language: str
    nodes: "Mapping[str, NodeLookup]"
    problems: Mapping[type[BookingError], type[Any]]
    """How refusals are shown, those of features too."""
    settings: Mapping[str, Any]
    """What the clinic's file says to each feature, by name."""
    completed: dict[Hashable, Any]
    """Parts of answers in this language that stay true with the catalogue; see `compiled_execution`."""
    feature_by_path: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    """Where in the answer a feature's code was at work."""

    async def later(self) -> Self:
        """The same caller's, at another time: nothing that was looked up before is kept."""
        async with self.database.with_clinic(None).read() as session:
            clinic, now = await get_clinic(session), await self.clock(session)
        database = self.database.with_clinic(clinic)
        return replace(
            self,
            now=now,
            clinic=clinic,
            database=database,
            load=self.load.anew(database, now),
            completed={},
        )

    def in_clinic_time(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.clinic.time_zone))

    def say(self, words: Translations) -> str:
        return in_language(words, self.language)

    def say_if(self, words: Translations | None) -> str | None:
        return None if words is None else in_language(words, self.language)


NodeLookup = Callable[[str, Context], Awaitable[Any]]
"""From an id's key to the object; None for what is gone and what isn't the caller's, alike."""

Info = strawberry.Info[Context, None]
