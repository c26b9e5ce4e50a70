"""Where everything is wired: settings -> one ASGI application. The clock is read here and nowhere else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from booking.courier import carry
from booking.errors import TryAgain
from booking.guests import listener
from booking.hold import Holder
from booking.hooks import Listener
from booking.keys import is_to_be_noted, note_use
from booking.languages import preferred
from booking.notices.mail import mail
from booking.storage import outbox, queries
from booking.storage.access import ApiKey
from booking.storage.database import Database
from booking.storage.kept import kept
from booking.storage.revision import revision_of
from booking.storage.tables import Clinic
from booking.webhooks.endpoints import FAMILY as WEBHOOK
from booking.webhooks.send import Sender
from booking.webhooks.tell import webhooks
from feeds.bulk import bulk_routes
from feeds.calendars import calendar_routes
from feeds.source import Source
from graphql_api.answers import Answers
from graphql_api.context import Context
from graphql_api.extending import Enabled
from graphql_api.guards.callers import SITE_HEADER, check_site, key_of, viewer_of
from graphql_api.guards.clients import client_of
from graphql_api.guards.documents import Documents, texts_in
from graphql_api.guards.metering import Allowances
from graphql_api.guards.proof import ProofOfWork
from graphql_api.guards.unusable import Unusable
from graphql_api.guards.viewer import Viewer
from graphql_api.http import Endpoint, unusable
from graphql_api.ids import global_id
from graphql_api.loaders import Loaders
from graphql_api.playground import playground_page, playground_routes
from graphql_api.problems import code_of
from graphql_api.schema import schema_with
from graphql_api.settings import Settings
from graphql_api.webhooks import data_of
from widget.documents import documents as widget_documents
from widget.linked_data import Linked, linked_data
from widget.pages import ClinicCard, routes
from widget.plain.desk import Desk
from widget.plain.site import entry, plain_routes

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


PARTNERS = 5
"""Times as much as anybody may a partner with a key hold and ask for."""


def clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings, enabled: Sequence[Enabled] = (), *, now: Callable[[], datetime] | None = None
) -> Starlette:
    """The whole server for a migrated database with a clinic in it, and the features that it enabled.

    The database's clock decides what time it is, unless `now` does: in tests it may stand still.
    Refuses with FeatureMistake.
    """
    database = Database(settings.database_url, guests=[one.guest for one in enabled])
    listeners: dict[str, Listener] = {
        one.full_name(name): listener(database, one.settings, hears)
        for one in enabled
        for name, hears in one.feature.listeners.items()
    }
    if settings.post:
        listeners["mail"] = mail(database, settings.post, site=settings.site)
    loaders = {one.full_name(name): load for one in enabled for name, load in one.feature.loaders.items()}
    sender = Sender(to_private=settings.webhooks_to_private)
    schema = schema_with(enabled)
    proof = ProofOfWork(settings.proof_of_work) if settings.proof_of_work else None
    anybody, partners = (Allowances(settings, time.monotonic, times=times) for times in (1, PARTNERS))

    revision = revision_of(database.engine)

    seconds = (lambda: now().timestamp()) if now else time.monotonic

    async def moment_of(session: AsyncSession) -> datetime:
        return now() if now else await queries.current_time(session)

    def holder_of(request: Request) -> Holder:
        return Holder(client_of(request), settings.holds_per_client)

    async def context_of(request: Request) -> Context:
        async with database.read() as session:
            arrival = await queries.arrival(session, now=now and now())
            clinic, moment = arrival.clinic, arrival.now
            key = await key_of(request, session, now=moment)
            await check_site(request, session, own=settings.site, required=settings.site_keys_only)
            language = preferred(request.headers.get("accept-language", ""), clinic.languages)
            completed = await kept(session, (Context, language), _nothing_yet)
        if key and is_to_be_noted(key, now=moment):
            async with database.write() as session:
                await note_use(session, key.id, now=moment)
        holder = partner(key, settings) if key else holder_of(request)
        knowing = database.knowing({Clinic: clinic})
        return Context(
            database=knowing,
            load=Loaders(knowing, moment, loaders),
            clock=moment_of,
            be_seen=revision.be_seen,
            now=moment,
            next_end=arrival.next_end,
            clinic=clinic,
            viewer=viewer_of(key) if key else Viewer(),
            holder=holder,
            meters=(partners if key else anybody).of(holder.client),
            proof=None if key else proof,
            check_webhook=sender.check,
            language=language,
            completed=completed,
            nodes=schema.lookups,
            problems=schema.problems,
            settings={one.feature.name: one.settings for one in enabled},
        )

    documents = Documents(
        [*widget_documents().values(), *texts_in(settings.trusted_documents)],
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
            await queries.the_clinic(session)
        return PlainTextResponse("ok\n")

    async def unavailable(request: Request, reason: Exception) -> Response:
        assert isinstance(reason, TryAgain)
        headers = {"Retry-After": str(int(reason.retry_after.total_seconds()))}
        if request.url.path == "/graphql":
            return unusable(Unusable(503, reason.message, code_of(reason), headers))
        return PlainTextResponse(f"{reason.message}\n", 503, headers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        is_registered = False
        with suppress(TryAgain):  # The courier tries again, as soon as there is a database.
            async with database.write() as session:
                await outbox.register(session, listeners, absent=settings.without_features)
            is_registered = True
        families = {WEBHOOK: webhooks(database, sender, show=data_of, clock=moment_of)}
        carrying = carry(
            database,
            listeners,
            families,
            clock=moment_of,
            is_registered=is_registered,
            absent=settings.without_features,
        )
        courier = asyncio.create_task(carrying)
        yield
        courier.cancel()
        await asyncio.wait([courier])
        await revision.close()
        await database.close()

    def charge(request: Request, cost: int) -> int:
        meter = anybody.of(client_of(request)).points
        meter.charge(cost)
        return meter.wait

    async def linked_data_of(language: str, service: str | None) -> Linked:
        async with database.read() as session:
            return await linked_data(session, settings.site, language, service, now=await moment_of(session))

    source = Source(database, moment_of, settings.site, global_id, charge)
    desk = Desk(database, clinic_card, moment_of, holder_of)
    parts: list[BaseRoute] = [
        Route("/graphql", graphql, methods=ANY_METHOD),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *bulk_routes(source),
        *calendar_routes(source),
        *plain_routes(desk),
        *routes(
            clinic=clinic_card,
            demo=settings.is_development,
            plain=partial(entry, desk),
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
                allow_headers=["content-type", "accept-language", SITE_HEADER],
                expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After"],
                max_age=PREFLIGHT_SECONDS,
            ),
        ],
    )
    # Before everything else: an answer that is kept needs nothing of it.
    app.middleware_stack = Answers(
        app.build_middleware_stack(), path="/graphql", revision=revision, clock=seconds
    )
    return app


async def _nothing_yet() -> dict[Hashable, Any]:
    return {}


def partner(key: ApiKey, settings: Settings) -> Holder:
    return Holder(f"key {key.id}".encode(), PARTNERS * settings.holds_per_client)


def _is_browser(request: Request) -> bool:
    """Somebody opened the address: the playground answers, unless a query is asked."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )
