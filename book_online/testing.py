"""A clinic for the test of a feature: the whole server, asked over HTTP, with a fresh database.

The database is an SQLite file in a temporary folder that is removed afterwards, or an empty one of
PostgreSQL that the test gives. Nothing here is async, so pytest needs no plugin.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import httpx
from starlette.types import ASGIApp, Message

from booking.api_keys import create_key
from booking.catalogue.clinic_file.parser import parse_with_features
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from booking.storage.session import BookingSession
from graphql_api.app import create_app
from graphql_api.extensions.checks import check_members
from graphql_api.extensions.feature import EnabledFeature, Feature
from graphql_api.settings import Settings
from graphql_api.startup import prepare_database
from graphql_api.types.relay import global_id

__all__ = ["NOW", "PATIENT", "SAMPLE", "Clinic", "open_clinic"]

SAMPLE = files("book_online").joinpath("sample_clinic.toml").read_text("utf-8")
NOW = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
"""A Monday, 7:00:01 in Toronto. Not on a tick (5 minutes): nothing is cached there."""
PATIENCE_SECONDS = 10
DELIVERY_SECONDS = 60
PATIENT = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0100"}

SCREENING = "query ($id: ID!) { node(id: $id) { ... on Service { screeningQuestions { id } } } }"
HOLD = """mutation ($input: HoldSlotInput!) { holdSlot(input: $input) {
  hold { id slot { startsAt practitioner { slug } } } holdToken
  problems { __typename message path visitorMessage }
} }"""
BOOK = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  appointment { id reference startsAt practitioner { slug } } manageToken
  problems { __typename message path visitorMessage }
} }"""
MOVE = """mutation ($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) {
  appointment { id startsAt practitioner { slug } } problems { __typename message path visitorMessage }
} }"""
CANCEL = """mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) {
  appointment { id status } problems { __typename message path visitorMessage }
} }"""

T = TypeVar("T")


@dataclass
class Clinic:
    """A running clinic, asked as a partner asks it. `now` is its clock: it stands still until it is set."""

    database: Database
    now: datetime
    _app: ASGIApp
    _relay: OutboxRelay
    _http: httpx.AsyncClient
    _runner: asyncio.Runner

    def ask(
        self,
        query: str,
        *,
        key: str | None = None,
        language: str = "en",
        variables: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        """The response: `data`, and `errors` if there are any. `key` is a secret, as `key()` returns it.

        Variables may be given by name too, except those that are named like a parameter.
        """
        request = self._request(query, key, language, {**(variables or {}), **more})
        return self._runner.run(self._http.send(request)).json()

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The response to any HTTP request, with httpx's options: `clinic.request("GET", "/book")`."""
        return self._runner.run(self._http.request(method, path, **more))

    def listen(
        self, query: str, *, most: int = 1, key: str | None = None, language: str = "en", **variables: Any
    ) -> list[Any]:
        """The first responses of a subscription, `most` of them, or fewer if it ends.

        Raises:
            TimeoutError: the next one did not come within 10 seconds by the real clock.
        """
        request = self._request(query, key, language, variables)
        request.headers["accept"] = "text/event-stream"
        return self._runner.run(_first_events(self._app, request, most))

    def key(self, *scopes: str, id: str = "partner") -> str:
        """The secret of a new key for a partner: `clinic.key("catalogue", "book")`."""

        async def create(session: BookingSession) -> str:
            _, secret = await create_key(session, "Sample Partner", scopes, now=self.now, id=id)
            return secret

        return self.write(create)

    def hold(
        self, starts_at: str, service: str = "dry-needling", practitioner: str | None = None, **ask: Any
    ) -> Any:
        """Hold a time with a practitioner (slug), or with any, and return the payload of `holdSlot`."""
        details = {"serviceId": global_id("Service", service), "startsAt": starts_at}
        if practitioner:
            details["practitionerId"] = global_id("Practitioner", practitioner)
        return self._mutate(HOLD, "holdSlot", details, **ask)

    def book(
        self,
        starts_at: str,
        service: str = "dry-needling",
        practitioner: str | None = None,
        *,
        patient: Mapping[str, str] = PATIENT,
        answer: str = "NO",
        **ask: Any,
    ) -> Any:
        """Hold a time, give this answer to all screening, book, and return the payload of `bookAppointment`.

        If the hold is refused, return the payload of `holdSlot`.
        """
        held = self.hold(starts_at, service, practitioner, **ask)
        if held["problems"]:
            return held
        node = self.ask(SCREENING, id=global_id("Service", service))["data"]["node"]
        answers = [
            {"questionId": question["id"], "answer": answer} for question in node["screeningQuestions"]
        ]
        details = {"holdToken": held["holdToken"], "patient": {**PATIENT, **patient}, "screening": answers}
        return self._mutate(BOOK, "bookAppointment", details, **ask)

    def move(self, manage_token: str, starts_at: str) -> Any:
        """Move an appointment, and return the payload of `rescheduleAppointment`."""
        details = {"manageToken": manage_token, "startsAt": starts_at}
        return self._mutate(MOVE, "rescheduleAppointment", details)

    def cancel(self, manage_token: str) -> Any:
        """Cancel an appointment, and return the payload of `cancelAppointment`."""
        return self._mutate(CANCEL, "cancelAppointment", {"manageToken": manage_token})

    def write(self, work: Callable[[BookingSession], Awaitable[T]]) -> T:
        """Run `work` on the database in one transaction, and return its result."""

        async def run() -> T:
            async with self.database.write() as session:
                return await work(session)

        return self._runner.run(run())

    def deliver_events(self, *, may_fail: bool = False) -> list[Exception]:
        """Call each listener with each event that is due, and return when all of them have returned.

        The events of a visit come in order. A failed delivery is due again some time later: set `now`.

        Raises:
            ExceptionGroup: of all that listeners raised, unless they `may_fail`; then these are returned.
        """
        failures: list[Exception] = []
        self._relay.on_failure = failures.append

        async def deliver() -> None:
            while await self._relay.deliver_due():
                pass

        self._runner.run(asyncio.wait_for(deliver(), DELIVERY_SECONDS))
        if failures and not may_fail:
            raise ExceptionGroup("listeners failed", failures)
        return failures

    def _request(self, query: str, key: str | None, language: str, variables: Any) -> httpx.Request:
        headers = {"accept-language": language} | ({"authorization": f"Bearer {key}"} if key else {})
        body = {"query": query, "variables": variables}
        return self._http.build_request("POST", "/graphql", json=body, headers=headers)

    def _mutate(self, document: str, field: str, details: dict[str, Any], **ask: Any) -> Any:
        response = self.ask(document, input=details, **ask)
        if "errors" in response:
            raise AssertionError(response["errors"])
        return response["data"][field]


@contextmanager
def open_clinic(
    *features: Feature,
    settings: str = "",
    clinic: str = SAMPLE,
    now: datetime = NOW,
    database_url: str | None = None,
) -> Iterator[Clinic]:
    """A clinic that has enabled these features; `settings` are their tables of its file, as TOML.

    `database_url` is that of an empty database, `postgresql://...`, which is not removed afterwards.

    Raises:
        FeatureError, ClinicFileError: as at the start of a server.
    """
    text = f"features = {json.dumps([feature.name for feature in features])}\n{clinic}\n{settings}"
    for feature in features:
        check_members(feature, _package(feature))
    parsed = parse_with_features(text, {feature.name: feature.settings for feature in features})
    enabled = [
        EnabledFeature(feature, _package(feature), parsed.features[feature.name]) for feature in features
    ]
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'clinic.sqlite3'}"
        prepare_database(Settings(database_url=url), parsed.clinic, enabled, now=now)
        with asyncio.Runner() as runner:
            stack = AsyncExitStack()
            try:
                yield runner.run(_open(stack, url, enabled, now, runner))
            finally:
                runner.run(stack.aclose())


async def _open(
    stack: AsyncExitStack, url: str, enabled: list[EnabledFeature], now: datetime, runner: asyncio.Runner
) -> Clinic:
    settings = Settings(database_url=url, mode="production")
    database = Database(url, settings.data_keys(), features=[owner.hooks for owner in enabled])
    stack.push_async_callback(database.close)
    app = create_app(settings, enabled, now=lambda: clinic.now)
    transport = httpx.ASGITransport(app)
    http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://clinic"))
    relay: OutboxRelay = app.state.relay
    stack.push_async_callback(relay.database.close)
    clinic = Clinic(database, now, app, relay, http, runner)
    # In place of the server's lifespan, in which the relay runs by itself: a test says when.
    await relay.register()
    return clinic


def _package(feature: Feature) -> str:
    """In place of a package's name and version."""
    return f"{feature.name} under test"


async def _first_events(app: ASGIApp, request: httpx.Request, most: int) -> list[Any]:
    """Server-sent events as they come; httpx's transport returns a response only when it is complete."""
    events: asyncio.Queue[Any] = asyncio.Queue()
    sent: list[Message] = [{"type": "http.request", "body": request.content}]

    async def receive() -> Message:
        return sent.pop() if sent else await asyncio.Future()

    async def send(message: Message) -> None:
        for line in message.get("body", b"").decode().splitlines():
            data = line.removeprefix("data: ")
            if data.startswith("{"):
                events.put_nowait(json.loads(data))

    async def respond() -> None:
        try:
            await app(scope, receive, send)
        finally:
            events.put_nowait(None)

    scope = {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }
    response = asyncio.create_task(respond())
    first: list[Any] = []
    try:
        while len(first) < most and (event := await asyncio.wait_for(events.get(), PATIENCE_SECONDS)):
            first.append(event)
        if response.done():
            response.result()
    finally:
        response.cancel()
        await asyncio.wait([response])
    return first
