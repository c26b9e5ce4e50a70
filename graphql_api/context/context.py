"""Context: the parts of a request that its resolvers use; features rely on its public members."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import strawberry

from booking.appointments.checks.holds import Holder
from booking.domain.actor import Actor
from booking.domain.errors import BookingError
from booking.domain.translations import Translations, in_language
from booking.i18n.texts import Texts
from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from graphql_api.context.loaders import Loaders
from graphql_api.limits.rate_limiting import RateLimits
from graphql_api.security.client_address import Network
from graphql_api.security.proof_of_work import ProofOfWork
from graphql_api.security.viewer import Viewer


@dataclass(frozen=True)
class Internals:
    """Members of a request's context that the core alone uses; they may change with any release."""

    clock: Callable[[BookingSession], Awaitable[datetime]]
    wait_until_visible: Callable[[], Awaitable[None]]
    """Waits until every process's response cache has noticed the commits before the call."""
    check_webhook_url: Callable[[str], Awaitable[None]]
    """Raises InvalidInput for an address that webhooks may not be sent to."""
    next_hold_expiry: datetime | None
    """The time at which the first of the holds at the request's start expires."""
    actor: Actor | None
    """The partner's key, as the audit trail names it; None without a key: it may be the patient."""
    client_address: str
    """Of the client, as the audit trail names it."""
    site: str
    """Where visitors reach this server, without a slash at the end."""
    own_words: Texts
    """The software's words, in the reader's language; a clinic may have its own texts in fewer languages."""
    networks: tuple[Network, ...]
    """Of the client's address, the narrowest first, or the partner's key."""
    holder: Holder
    budgets: RateLimits
    proof_of_work: ProofOfWork | None
    """The proof that a hold needs; None while holds need none."""
    node_lookups: "Mapping[str, NodeLookup]"
    problem_types: Mapping[type[BookingError], type[Any]]
    cached_objects: dict[Hashable, Any]
    """Completed objects in this language, valid until the catalogue changes; see `compiled_execution`."""
    feature_by_path: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    """The feature whose resolver ran at each path of the answer."""
    refusals: set[str] = field(default_factory=set)
    """The codes of the refusals that mutations answered as problems, for whoever counts."""
    private_inputs: set[str] = field(default_factory=set)
    """Inputs with a secret that were used: the answer is for this caller alone, and is not cached."""


@dataclass(frozen=True)
class Context:
    """One request: its database and loaders, its time, its viewer and the language of its answer."""

    database: Database
    """Opens sessions: `async with context.database.read() as session`."""
    load: Loaders
    """Batched look-ups: `await context.load["aftercare.advice"].load(key)`."""
    now: datetime
    """The time of the request, by the database's clock."""
    clinic: Clinic
    viewer: Viewer
    """The partner whose key came with the request, or an anonymous caller."""
    language: str
    """The clinic's language that the caller prefers."""
    settings: Mapping[str, Any]
    """The settings of each feature in the clinic's file, by the feature's name."""
    internals: Internals
    """For the core alone: it may change with any release."""

    async def refreshed(self) -> Self:
        """The same caller's context at the present time, with empty caches: for subscriptions."""
        async with self.database.with_clinic(None).read() as session:
            clinic, now = await get_clinic(session), await self.internals.clock(session)
        database = self.database.with_clinic(clinic)
        return replace(
            self,
            now=now,
            clinic=clinic,
            database=database,
            load=self.load.refreshed(database, now),
            internals=replace(self.internals, cached_objects={}),
        )

    def in_clinic_time(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.clinic.time_zone))

    def translate(self, texts: Translations) -> str:
        return in_language(texts, self.language)

    def translate_optional(self, texts: Translations | None) -> str | None:
        return None if texts is None else self.translate(texts)


NodeLookup = Callable[[str, Context], Awaitable[Any]]
"""From an id's key to the object; None both for a missing object and for one that is not the caller's."""

Info = strawberry.Info[Context, None]
"""The argument `info` of a resolver; `info.context` is the Context of the request."""
