"""Where everything is wired: settings -> one ASGI application. The clock is read here and nowhere else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from booking.errors import TryAgain
from booking.languages import preferred
from booking.storage import queries
from booking.storage.database import Database
from graphql_api.context import Context
from graphql_api.http import graphql_endpoint
from graphql_api.loaders import Loaders
from graphql_api.playground import playground_page, playground_routes
from graphql_api.schema import core_schema
from graphql_api.settings import Settings
from widget.pages import ClinicCard, routes

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


def clock() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, *, now: Callable[[], datetime] | None = None) -> Starlette:
    """The whole server for a migrated database with a clinic in it.

    The database's clock decides what time it is, unless `now` does: in tests it may stand still.
    """
    database = Database(settings.database_url)
    schema = core_schema()
    nodes = {kind: lookup for feature in schema.features for kind, lookup in feature.nodes.items()}

    async def context_of(request: Request) -> Context:
        async with database.read() as session:
            clinic = await queries.the_clinic(session)
            moment = now() if now else await queries.current_time(session)
        language = preferred(request.headers.get("accept-language", ""), clinic.languages)
        return Context(database, Loaders(database, moment), moment, clinic, language, nodes)

    answer = graphql_endpoint(schema, context_of)

    async def graphql(request: Request) -> Response:
        if settings.is_development and _is_browser(request):
            return HTMLResponse(playground_page(endpoint="/graphql"))
        return await answer(request)

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
            return JSONResponse({"errors": [{"message": reason.message}]}, 503, headers)
        return PlainTextResponse(f"{reason.message}\n", 503, headers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await database.close()

    parts: list[BaseRoute] = [
        Route("/graphql", graphql, methods=ANY_METHOD),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *routes(clinic=clinic_card, demo=settings.is_development),
    ]
    if settings.is_development:
        parts += playground_routes(settings.playground)
    return Starlette(
        routes=parts,
        lifespan=lifespan,
        exception_handlers={TryAgain: unavailable},
        middleware=[
            # Any page may embed the widget: no cookie is ever read, so there is nothing to steal.
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST"],
                allow_headers=["content-type", "accept-language"],
                max_age=PREFLIGHT_SECONDS,
            )
        ],
    )


def _is_browser(request: Request) -> bool:
    """Somebody opened the address: the playground answers, unless a query is asked."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )
