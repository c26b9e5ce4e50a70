"""ContextFactory: reads what every request begins with, and builds its Context."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.requests import Request

from booking.api_keys import record_use, should_record_use
from booking.domain.actor import Actor, ActorKind
from booking.i18n.locales import texts_for
from booking.i18n.negotiation import preferred_language
from booking.storage.database import Database
from booking.storage.queries.catalogue import cached
from booking.storage.queries.clock import request_start
from booking.webhooks.client import WebhookClient
from graphql_api.context.clock import Clock
from graphql_api.context.context import Context, Internals
from graphql_api.context.loaders import BatchLoad, Loaders
from graphql_api.extensions.feature import EnabledFeature
from graphql_api.limits.rate_limiting import ClientLimits
from graphql_api.schema.schema import BookingSchema
from graphql_api.security.authentication import authenticate, check_site_key, viewer_of
from graphql_api.security.client_address import client_address
from graphql_api.security.proof_of_work import ProofOfWork
from graphql_api.security.request_error import RequestError
from graphql_api.security.viewer import Viewer
from graphql_api.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ContextFactory:
    settings: Settings
    enabled: Sequence[EnabledFeature]
    database: Database
    schema: BookingSchema
    clock: Clock
    limits: ClientLimits
    webhook_client: WebhookClient

    @cached_property
    def _proof_of_work(self) -> ProofOfWork | None:
        return ProofOfWork(self.settings.proof_of_work) if self.settings.proof_of_work else None

    @cached_property
    def _feature_settings(self) -> Mapping[str, Any]:
        return {owner.feature.name: owner.settings for owner in self.enabled}

    @cached_property
    def _feature_loaders(self) -> Mapping[str, BatchLoad]:
        return {
            owner.full_name(name): load
            for owner in self.enabled
            for name, load in owner.feature.loaders.items()
        }

    async def __call__(self, request: Request) -> Context:
        """The context of this request.

        Raises:
            RequestError: a key that is not good, or a web page that is not known; 429 after too many of them.
        """
        settings = self.settings
        change_token = self.database.change_token
        token = await change_token.read()
        async with self.database.read() as session:
            start = await request_start(session, now=self.clock.given())
            clinic, now = start.clinic, start.now
            try:
                key = await authenticate(request, session, now=now)
                await check_site_key(request, session, own=settings.site, required=settings.site_keys_only)
            except RequestError:
                self.limits.charge_wrong_key(request)
                raise
            accepted = request.headers.get("accept-language", "")
            language = preferred_language(accepted, clinic.languages)
            cached_objects = await cached(session, (Context, language), _no_objects)
        if key and should_record_use(key, now=now):
            async with self.database.write() as session:
                await record_use(session, key.id, now=now)
        database = self.database.with_clinic(clinic, token=token)
        address = client_address(request)
        actor = Actor(ActorKind.API_KEY, key.id, address) if key else None
        return Context(
            database=database,
            load=Loaders(database, now, actor, self._feature_loaders),
            now=now,
            clinic=clinic,
            viewer=viewer_of(key) if key else Viewer(),
            language=language,
            settings=self._feature_settings,
            internals=Internals(
                clock=self.clock,
                wait_until_visible=change_token.wait_until_visible,
                check_webhook_url=self.webhook_client.check,
                next_hold_expiry=start.next_hold_expiry,
                actor=actor,
                client_address=address,
                site=settings.site,
                own_words=texts_for(accepted, default=language),
                networks=self.limits.networks(request, key),
                holder=self.limits.holder(request, key),
                budgets=self.limits.budgets(request, key),
                proof_of_work=None if key else self._proof_of_work,
                node_lookups=self.schema.lookups,
                problem_types=self.schema.problems,
                cached_objects=cached_objects,
            ),
        )


async def _no_objects() -> dict[Hashable, Any]:
    return {}
