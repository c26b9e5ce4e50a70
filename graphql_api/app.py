"""Where everything is wired: settings -> one ASGI application. The clock is read here and nowhere else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from booking.api_keys import record_use, should_record_use
from booking.appointments.hold import Holder
from booking.domain.errors import TryAgain
from booking.domain.hookspecs import Listener
from booking.extensions.dispatch import as_outbox_listener
from booking.i18n.negotiation import preferred_language
from booking.notifications.listener import mail_listener
from booking.outbox.relay import OutboxRelay
from booking.storage.change_token import change_token_of
from booking.storage.database import Database
from booking.storage.models.api_keys import ApiKey
from booking.storage.queries.catalogue import cached, get_clinic
from booking.storage.queries.clock import current_time, request_start
from booking.storage.session import BookingSession
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import webhook_listeners
from booking.webhooks.endpoints import LISTENER_FAMILY as WEBHOOK
from feeds.bulk_publish import bulk_routes
from feeds.context import FeedContext
from feeds.ical_feed import calendar_routes
from graphql_api.extensions.feature import EnabledFeature
from graphql_api.http.endpoint import Endpoint, error_response
from graphql_api.http.response_cache import ResponseCache
from graphql_api.playground.page import playground_page, playground_routes
from graphql_api.resolvers.context import Context, Internals
from graphql_api.resolvers.loaders import Loaders
from graphql_api.resolvers.relay import global_id
from graphql_api.schema.schema import schema_with
from graphql_api.security.authentication import SITE_KEY_HEADER, authenticate, check_site_key, viewer_of
from graphql_api.security.client_address import client_hash
from graphql_api.security.proof_of_work import ProofOfWork
from graphql_api.security.rate_limiting import RateLimiter
from graphql_api.security.request_error import RequestError
from graphql_api.security.trusted_documents import TrustedDocuments, documents_in
from graphql_api.security.viewer import Viewer
from graphql_api.settings import Settings
from graphql_api.types.problems import code_of
from graphql_api.types.webhook_payload import webhook_payload
from web.bundle import widget_documents
from web.linked_data import Linked, linked_data
from web.noscript.request import NoscriptSite
from web.noscript.routes import noscript_entry, noscript_routes
from web.pages import ClinicCard, routes

PREFLIGHT_SECONDS = 86_400
ANY_METHOD = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
]  # the endpoint itself says which it takes


PARTNER_FACTOR = 5
"""Times as much as anybody may a partner with a key hold and ask for."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings, enabled: Sequence[EnabledFeature] = (), *, now: Callable[[], datetime] | None = None
) -> Starlette:
    """The whole server for a migrated database with a clinic in it, and the features that it enabled.

    The database's clock decides what time it is, unless `now` does: in tests it may stand still.
    Refuses with FeatureMistake.
    """
    database = Database(settings.database_url, features=[one.hooks for one in enabled])
    listeners: dict[str, Listener] = {
        one.full_name(name): as_outbox_listener(database, one.settings, hears)
        for one in enabled
        for name, hears in one.feature.listeners.items()
    }
    if settings.mail_server:
        listeners["mail"] = mail_listener(database, settings.mail_server, site=settings.site)
    loaders = {one.full_name(name): load for one in enabled for name, load in one.feature.loaders.items()}
    sender = WebhookClient(to_private=settings.webhooks_to_private)
    schema = schema_with(enabled)
    proof = ProofOfWork(settings.proof_of_work) if settings.proof_of_work else None
    anybody, partners = (RateLimiter(settings, time.monotonic, times=times) for times in (1, PARTNER_FACTOR))

    revision = change_token_of(database.engine)

    seconds = (lambda: now().timestamp()) if now else time.monotonic

    async def moment_of(session: BookingSession) -> datetime:
        return now() if now else await current_time(session)

    def holder_of(request: Request) -> Holder:
        return Holder(client_hash(request), settings.holds_per_client)

    async def context_of(request: Request) -> Context:
        async with database.read() as session:
            arrival = await request_start(session, now=now and now())
            clinic, moment = arrival.clinic, arrival.now
            key = await authenticate(request, session, now=moment)
            await check_site_key(request, session, own=settings.site, required=settings.site_keys_only)
            language = preferred_language(request.headers.get("accept-language", ""), clinic.languages)
            completed = await cached(session, (Context, language), _nothing_yet)
        if key and should_record_use(key, now=moment):
            async with database.write() as session:
                await record_use(session, key.id, now=moment)
        holder = partner_holder(key, settings) if key else holder_of(request)
        knowing = database.with_clinic(clinic)
        return Context(
            database=knowing,
            load=Loaders(knowing, moment, loaders),
            now=moment,
            clinic=clinic,
            viewer=viewer_of(key) if key else Viewer(),
            language=language,
            settings={one.feature.name: one.settings for one in enabled},
            internals=Internals(
                clock=moment_of,
                wait_until_visible=revision.wait_until_visible,
                check_webhook_url=sender.check,
                next_hold_expiry=arrival.next_hold_expiry,
                holder=holder,
                budgets=(partners if key else anybody).of(holder.client),
                proof_of_work=None if key else proof,
                node_lookups=schema.lookups,
                problem_types=schema.problems,
                cached_objects=completed,
            ),
        )

    documents = TrustedDocuments(
        [*widget_documents().values(), *documents_in(settings.trusted_documents)],
        others_too=not settings.trusted_documents_only,
    )
    endpoint = Endpoint(schema, context_of, documents, suggests=settings.is_development)

    async def graphql(request: Request) -> Response:
        if settings.is_development and _is_browser(request):
            return HTMLResponse(playground_page(endpoint="/graphql"))
        return await endpoint.answer(request)

    async def clinic_card(language: str) -> ClinicCard:
        async with database.read() as session:
            return await ClinicCard.read(session, language)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        async with database.read() as session:
            await get_clinic(session)
        return PlainTextResponse("ok\n")

    async def unavailable(request: Request, reason: Exception) -> Response:
        assert isinstance(reason, TryAgain)
        headers = {"Retry-After": str(int(reason.retry_after.total_seconds()))}
        if request.url.path == "/graphql":
            return error_response(RequestError(503, reason.message, code_of(reason), headers))
        return PlainTextResponse(f"{reason.message}\n", 503, headers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        families = {WEBHOOK: webhook_listeners(database, sender, payload_of=webhook_payload, clock=moment_of)}
        relay = OutboxRelay(database, listeners, families, clock=moment_of, absent=settings.without_features)
        with suppress(TryAgain):  # The relay registers its listeners as soon as there is a database.
            await relay.register()
        relaying = asyncio.create_task(relay.run())
        yield
        relaying.cancel()
        await asyncio.wait([relaying])
        await revision.close()
        await database.close()

    def charge(request: Request, cost: int) -> int:
        meter = anybody.of(client_hash(request)).points
        meter.charge(cost)
        return meter.wait

    async def linked_data_of(language: str, service: str | None) -> Linked:
        async with database.read() as session:
            return await linked_data(session, settings.site, language, service, now=await moment_of(session))

    feed_context = FeedContext(database, moment_of, settings.site, global_id, charge)
    noscript_site = NoscriptSite(database, clinic_card, moment_of, holder_of)
    parts: list[BaseRoute] = [
        Route("/graphql", graphql, methods=ANY_METHOD),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *bulk_routes(feed_context),
        *calendar_routes(feed_context),
        *noscript_routes(noscript_site),
        *routes(
            clinic=clinic_card,
            demo=settings.is_development,
            noscript=partial(noscript_entry, noscript_site),
            linked_data=linked_data_of,
        ),
    ]
    if settings.is_development:
        parts += playground_routes(settings.playground)
    app = Starlette(
        routes=parts,
        lifespan=lifespan,
        exception_handlers={TryAgain: unavailable},
        middleware=[
            # Any page may embed the widget: no cookie is ever read, so there is nothing to steal.
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST"],
                allow_headers=["content-type", "accept-language", SITE_KEY_HEADER],
                expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After"],
                max_age=PREFLIGHT_SECONDS,
            ),
        ],
    )
    # Before everything else: an answer that is kept needs nothing of it.
    app.middleware_stack = ResponseCache(
        app.build_middleware_stack(), path="/graphql", revision=revision, clock=seconds
    )
    return app


async def _nothing_yet() -> dict[Hashable, Any]:
    return {}


def partner_holder(key: ApiKey, settings: Settings) -> Holder:
    return Holder(f"key {key.id}".encode(), PARTNER_FACTOR * settings.holds_per_client)


def _is_browser(request: Request) -> bool:
    """Somebody opened the address: the playground answers, unless a query is asked."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )
