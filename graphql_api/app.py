"""create_app wires all parts into one ASGI application. The wall clock is read here and nowhere else."""

import socket
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import BaseRoute, Route

from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.calendars.busy.source import EXAMPLE as CALENDAR_EXAMPLE
from booking.calendars.busy.source import PATIENCE_SECONDS as CALENDAR_SECONDS
from booking.calendars.busy.worker import BusyCalendarWorker
from booking.calendars.visit_calendars.worker import VisitCalendarWorker
from booking.calendars.visit_calendars.write import VisitCalendarWriter
from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import TryAgain
from booking.domain.hookspecs import DynamicListeners, Listener
from booking.notifications.listener import mail_listener
from booking.notifications.staff.choice import LISTENER_FAMILY as STAFF
from booking.notifications.staff.listener import StaffMails
from booking.outbound_http.client import OutboundClient
from booking.outbox.feature_listeners import as_outbox_listener
from booking.outbox.relay import OutboxRelay
from booking.patients.index_names import NameIndexWorker
from booking.reminders.worker import ReminderWorker
from booking.retention.worker import RetentionWorker
from booking.sms.listener import sms_listener
from booking.staff.openid.provider import OpenIdProvider
from booking.storage.database import Database
from booking.storage.models.outbox import MAIL_LISTENER, SMS_LISTENER
from booking.storage.queries.secrets import right_secrets
from booking.waiting_list.worker import WaitingListWorker
from booking.webhooks.changes import ChangeWatcher
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import WebhookDelivery
from booking.webhooks.endpoints import LISTENER_FAMILY as WEBHOOK
from desk.http.site import DeskSite
from desk.routes import desk_routes
from feeds.bulk_publish import bulk_routes
from feeds.calendar_feed import calendar_routes
from feeds.context import FeedContext
from graphql_api.context.clock import Clock
from graphql_api.extensions.feature import EnabledFeature
from graphql_api.http.compression import Compression
from graphql_api.http.content_negotiation import reads_html
from graphql_api.http.context_factory import ContextFactory
from graphql_api.http.cors import Cors
from graphql_api.http.endpoint import Endpoint
from graphql_api.http.error_response import GRAPHQL_PATH, FailureHandlers
from graphql_api.http.lifespan import Lifespan
from graphql_api.http.monitoring.health import health_routes
from graphql_api.http.monitoring.monitoring import Monitoring
from graphql_api.http.monitoring.request_id import RequestIds
from graphql_api.http.response_cache import ResponseCache
from graphql_api.http.stopping import Stopping
from graphql_api.limits.known_secrets import KnownSecrets
from graphql_api.limits.rate_limiting import ClientLimits
from graphql_api.limits.shared_limits import SharedLimits
from graphql_api.playground.page import Handler, playground_routes, with_playground
from graphql_api.schema.schema import printed_schema, schema_with
from graphql_api.schema.schema_file import schema_route
from graphql_api.security.client_address import client_address
from graphql_api.security.host import Hosts
from graphql_api.security.trusted_documents import TrustedDocuments, documents_in
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from graphql_api.types.webhook_payload import webhook_payload
from rendering.clinic_card import ClinicCard, ClinicCards
from web.built_widget import former_documents, widget_documents
from web.embed.page import embed_routes
from web.linked_data import LinkedData, linked_data
from web.noscript.overview import read_overview
from web.noscript.request import NoscriptSite
from web.noscript.routes import noscript_entry, noscript_routes
from web.notice import COST_OF_PAGE, Notices, charge_page
from web.pages import page_routes
from web.photos import COST_OF_PHOTO, photo_routes
from web.sms_callbacks import SmsCallbacks, sms_routes
from web.visits.routes import visit_routes
from web.waiting.routes import waiting_routes

ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""The endpoint itself refuses the methods that GraphQL over HTTP has no use for."""

NO_MAIL_SERVER = "BOOK_ONLINE_MAIL_URL is not set, so patients get no mail from this process"


def system_clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings, enabled: Sequence[EnabledFeature] = (), *, now: Callable[[], datetime] | None = None
) -> Starlette:
    """The whole server, for a migrated database that holds a clinic, with the features that it enabled.

    `now` replaces the database's clock, so that time can stand still in tests.

    Raises:
        FeatureError: a feature can't be used as it is.
    """
    clock = Clock(now)
    data_keys = settings.data_keys()
    database = Database(settings.database_url, data_keys, features=[owner.hooks for owner in enabled])
    stopping = Stopping()
    monitoring = Monitoring(database, data_keys, clock, stopping)
    schema = schema_with(enabled)
    secrets, count = KnownSecrets(partial(_right_secrets, database)), monitoring.metrics.count_limit
    limits = ClientLimits(settings, secrets, on_refusal=count, is_shared=database.can_have_replicas)
    calendar_client = OutboundClient(
        patience=CALENDAR_SECONDS, example=CALENDAR_EXAMPLE, to_private=settings.calendars_to_private
    )
    refresher = BusyCalendarRefresher(database, calendar_client)
    database.before_hold = refresher.before_hold
    webhook_client = WebhookClient(to_private=settings.webhooks_to_private)
    context_factory = ContextFactory(
        settings=settings,
        enabled=enabled,
        database=database,
        schema=schema,
        clock=clock,
        limits=limits,
        webhook_client=webhook_client,
    )
    documents = TrustedDocuments(
        [*former_documents(), *widget_documents().values(), *documents_in(settings.trusted_documents)],
        others_too=not settings.trusted_documents_only,
    )
    endpoint = Endpoint(
        schema,
        context_factory,
        documents,
        points_of_secret=limits.of_right_secret,
        suggests=settings.is_development,
        stopping=stopping,
    )
    graphql: Handler = endpoint.answer
    if settings.is_development:
        graphql = with_playground(graphql, settings.playground, reads_html)

    relay = OutboxRelay(
        database,
        _listeners(settings, enabled, database, clock),
        _listener_families(settings, database, webhook_client, clock),
        clock=clock,
        watchers=[ChangeWatcher(database)],
        missing={} if settings.mail_server or settings.is_development else {MAIL_LISTENER: NO_MAIL_SERVER},
    )
    feeds = FeedContext(database, clock, settings.site, global_id, limits.charge, limits.charge_with_secret)
    cards = ClinicCards(partial(_clinic_card, database))
    notices = Notices(cards, reads_html)
    failures = FailureHandlers(notices.respond_without_database, lambda: cards.phone)
    charge = partial(charge_page, limits.charge)
    noscript = NoscriptSite(
        database,
        cards,
        clock,
        charge,
        partial(limits.is_paid_by_secret, COST_OF_PAGE),
        limits.holder_without_script,
        limits.one_booking,
        limits.screening,
        settings.site,
        client_address,
    )
    token = settings.sms_gateway.token if settings.sms_gateway else None
    openid = OpenIdProvider(registration) if (registration := settings.openid_registration) else None
    all_routes: list[BaseRoute] = [
        Route(GRAPHQL_PATH, graphql, methods=ALL_METHODS),
        schema_route(f"{GRAPHQL_PATH}/schema.graphql", partial(printed_schema, enabled)),
        *health_routes(monitoring.readiness),
        *bulk_routes(feeds),
        *calendar_routes(feeds),
        *noscript_routes(noscript),
        *visit_routes(noscript),
        *(sms_routes(SmsCallbacks(database, clock, token, settings.site, charge)) if token else ()),
        *waiting_routes(noscript),
        *embed_routes(noscript, settings.site),
        *photo_routes(database, partial(charge_page, limits.charge, cost=COST_OF_PHOTO)),
        *desk_routes(
            DeskSite(
                database,
                cards,
                clock,
                charge,
                client_address,
                settings.site,
                stopping.streams,
                stopping.come_back,
                refresher,
                openid,
                settings.mail_server.sender if settings.mail_server else None,
                settings.sms_gateway is not None,
                settings.price_of_segment,
                settings.clinic_file_rules,
            )
        ),
        *page_routes(
            clinic=cards,
            charge=charge,
            overview=partial(read_overview, noscript) if settings.is_development else None,
            noscript=partial(noscript_entry, noscript),
            linked_data=partial(_linked_data, database, clock, settings.site),
        ),
        *(playground_routes(settings.playground) if settings.is_development else ()),
    ]
    app = Starlette(
        routes=all_routes,
        lifespan=Lifespan(
            relay,
            [
                RetentionWorker(database, clock).run,
                NameIndexWorker(database).run,
                ReminderWorker(database, clock).run,
                BusyCalendarWorker(database, refresher, clock).run,
                VisitCalendarWorker(database, VisitCalendarWriter(database, calendar_client), clock).run,
                WaitingListWorker(database, clock).run,
                SharedLimits(database, limits, monitoring.metrics.exchanges).run,
            ],
            database,
            cards.read_all,
        ),
        exception_handlers={TryAgain: failures.unavailable, HTTPException: notices.respond},
        middleware=[
            Middleware(Compression),
            Middleware(Cors, files="/widget/"),
            # Within CORS, so that the widget on another site can read the answer.
            Middleware(ServerErrorMiddleware, handler=failures.failed),
        ],
    )
    app.state.stopping, app.state.relay, app.state.monitoring = stopping, relay, monitoring
    # In front: a cached response needs no other part of the server.
    cache = ResponseCache(
        app.build_middleware_stack(),
        path=GRAPHQL_PATH,
        change_token=database.change_token,
        clock=clock.seconds,
    )
    app.middleware_stack = RequestIds(
        Hosts(cache, lambda: openid.sign_in_origin if openid else None),
        monitoring.measuring(all_routes) if settings.metrics else None,
    )
    return app


def _listeners(
    settings: Settings, enabled: Sequence[EnabledFeature], database: Database, clock: Clock
) -> dict[str, Listener]:
    listeners: dict[str, Listener] = {}
    for owner in enabled:
        for name, listener in owner.feature.listeners.items():
            actor = Actor(ActorKind.FEATURE, owner.full_name(name), socket.gethostname())
            listeners[actor.id] = as_outbox_listener(
                database,
                owner.settings,
                listener,
                hears_statuses=owner.feature.hears_statuses,
                actor=actor,
                clock=clock,
            )
    if settings.sms_gateway:
        listeners[SMS_LISTENER] = sms_listener(
            database, settings.sms_gateway, site=settings.site, clock=clock
        )
    if settings.mail_server:
        listeners[MAIL_LISTENER] = mail_listener(
            database, settings.mail_server, site=settings.site, clock=clock
        )
    return listeners


def _listener_families(
    settings: Settings, database: Database, webhook_client: WebhookClient, clock: Clock
) -> dict[str, DynamicListeners]:
    families = {WEBHOOK: WebhookDelivery(database, webhook_client, clock).listeners(webhook_payload)}
    if settings.mail_server:
        families[STAFF] = StaffMails(database, settings.mail_server, settings.site, clock).listeners
    return families


async def _right_secrets(database: Database, hashes: Collection[bytes]) -> set[bytes]:
    async with database.read() as session:
        return await right_secrets(session, hashes)


async def _clinic_card(database: Database, language: str, is_booking: bool) -> ClinicCard:
    async with database.read() as session:
        return await ClinicCard.read(session, language, is_booking)


async def _linked_data(
    database: Database, clock: Clock, site: str, language: str, service: str | None
) -> LinkedData:
    async with database.read() as session:
        return await linked_data(session, site, language, service, now=await clock(session))
