"""A clinic of its own for a test of a feature: the whole server, over HTTP, with a fresh database.

It is a file in a temporary folder, and gone afterwards. No plugin is needed: nothing here is async.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
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
from booking.storage.database import Database
from booking.storage.queries.outbox import listeners_with_due_deliveries
from booking.storage.session import BookingSession
from graphql_api.app import create_app
from graphql_api.extensions.checks import check_members
from graphql_api.extensions.feature import EnabledFeature, Feature
from graphql_api.resolvers.relay import global_id
from graphql_api.settings import Settings
from graphql_api.startup import prepare_database

SAMPLE = files("book_online").joinpath("sample_clinic.toml").read_text("utf-8")
NOW = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
"""A Monday, 7:00:01 in Toronto. Not on a tick (5 minutes): nothing is cached there."""
PATIENCE_SECONDS = 10
PATIENT = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0100"}

SCREENING = "query ($id: ID!) { node(id: $id) { ... on Service { screeningQuestions { id } } } }"
HOLD = """mutation ($input: HoldSlotInput!) { holdSlot(input: $input) {
  hold { id slot { startsAt practitioner { slug } } } holdToken problems { __typename message path }
} }"""
BOOK = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  appointment { id reference startsAt practitioner { slug } } manageToken problems { __typename message path }
} }"""
MOVE = """mutation ($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) {
  appointment { id startsAt practitioner { slug } } problems { __typename message path }
} }"""
CANCEL = """mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) {
  appointment { id status } problems { __typename message path }
} }"""

T = TypeVar("T")


@dataclass
class Clinic:
    """Answers as a partner gets them. `now` is its clock: it stands still until you set it."""

    database: Database
    now: datetime
    _app: ASGIApp
    _http: httpx.AsyncClient
    _runner: asyncio.Runner

    def ask(self, query: str, *, key: str | None = None, language: str = "en", **variables: Any) -> Any:
        """The whole answer: `data`, and `errors` if there are any. `key` is a secret, as `key()` gives it."""
        request = self._asking(query, key, language, variables)
        return self._runner.run(self._http.send(request)).json()

    def listen(
        self, query: str, *, most: int = 1, key: str | None = None, language: str = "en", **variables: Any
    ) -> list[Any]:
        """The first answers to a subscription, each a whole one: `most` of them, or fewer if it ends.

        Fails with a TimeoutError when the next one doesn't come within 10 seconds of everybody's time.
        """
        request = self._asking(query, key, language, variables)
        request.headers["accept"] = "text/event-stream"
        return self._runner.run(_first_of_stream(self._app, request, most))

    def key(self, *scopes: str, id: str = "partner") -> str:
        """The secret of a new key of a partner's: `clinic.key("catalogue", "book")`."""

        async def create(session: BookingSession) -> str:
            _, secret = await create_key(session, "Sample Partner", scopes, now=self.now, id=id)
            return secret

        return self.write(create)

    def hold(
        self, starts_at: str, service: str = "dry-needling", practitioner: str | None = None, **ask: Any
    ) -> Any:
        """With anybody unless a practitioner (slug) is named."""
        wanted = {"serviceId": global_id("Service", service), "startsAt": starts_at}
        if practitioner:
            wanted["practitionerId"] = global_id("Practitioner", practitioner)
        return self._do(HOLD, "holdSlot", wanted, **ask)

    def book(
        self, starts_at: str, service: str = "dry-needling", practitioner: str | None = None, **ask: Any
    ) -> Any:
        """Holds the time, answers all screening with NO, and books; what `holdSlot` answers if it refuses."""
        held = self.hold(starts_at, service, practitioner, **ask)
        if held["problems"]:
            return held
        asked = self.ask(SCREENING, id=global_id("Service", service))["data"]["node"]["screeningQuestions"]
        answers = [{"questionId": question["id"], "answer": "NO"} for question in asked]
        details = {"holdToken": held["holdToken"], "patient": PATIENT, "screening": answers}
        return self._do(BOOK, "bookAppointment", details, **ask)

    def move(self, manage_token: str, starts_at: str) -> Any:
        return self._do(MOVE, "rescheduleAppointment", {"manageToken": manage_token, "startsAt": starts_at})

    def cancel(self, manage_token: str) -> Any:
        return self._do(CANCEL, "cancelAppointment", {"manageToken": manage_token})

    def write(self, work: Callable[[BookingSession], Awaitable[T]]) -> T:
        """Something done to the database in one transaction; answers what the work does."""

        async def run() -> T:
            async with self.database.write() as session:
                return await work(session)

        return self._runner.run(run())

    def tell_listeners(self) -> None:
        """Returns when all have heard of what has happened; what fails is tried again later."""

        async def wait() -> None:
            while True:
                async with self.database.read() as session:
                    if not await listeners_with_due_deliveries(session, now=self.now):
                        return
                await asyncio.sleep(0.05)

        self._runner.run(asyncio.wait_for(wait(), timeout=30))

    def _asking(self, query: str, key: str | None, language: str, variables: Any) -> httpx.Request:
        headers = {"accept-language": language} | ({"authorization": f"Bearer {key}"} if key else {})
        body = {"query": query, "variables": variables}
        return self._http.build_request("POST", "/graphql", json=body, headers=headers)

    def _do(self, document: str, field: str, given: dict[str, Any], **ask: Any) -> Any:
        answer = self.ask(document, input=given, **ask)
        if "errors" in answer:
            raise AssertionError(answer["errors"])
        return answer["data"][field]


@contextmanager
def open_clinic(
    *features: Feature, settings: str = "", clinic: str = SAMPLE, now: datetime = NOW
) -> Iterator[Clinic]:
    """A clinic that has enabled these features; `settings` are their tables of its file, as TOML."""
    text = f"features = {json.dumps([feature.name for feature in features])}\n{clinic}\n{settings}"
    for feature in features:
        check_members(feature, _tested(feature))
    whole = parse_with_features(text, {feature.name: feature.settings for feature in features})
    enabled = [
        EnabledFeature(feature, _tested(feature), whole.features[feature.name]) for feature in features
    ]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'clinic.sqlite3'}"
        prepare_database(url, whole.clinic, enabled, now=now)
        with asyncio.Runner() as runner:
            open_ = AsyncExitStack()
            opened = runner.run(_open(open_, url, enabled, now, runner))
            try:
                yield opened
            finally:
                runner.run(open_.aclose())


async def _open(
    stack: AsyncExitStack, url: str, enabled: list[EnabledFeature], now: datetime, runner: asyncio.Runner
) -> Clinic:
    database = Database(url, features=[one.hooks for one in enabled])
    stack.push_async_callback(database.close)
    opened: list[Clinic] = []
    app = create_app(Settings(database_url=url, mode="production"), enabled, now=lambda: opened[0].now)
    transport = httpx.ASGITransport(app)
    http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://clinic"))
    opened.append(Clinic(database, now, app, http, runner))
    await stack.enter_async_context(app.router.lifespan_context(app))
    return opened[0]


def _tested(feature: Feature) -> str:
    """In place of a package's name and version."""
    return f"{feature.name} under test"


async def _first_of_stream(app: ASGIApp, request: httpx.Request, most: int) -> list[Any]:
    """Of server-sent events, which httpx would only hand out when all have come."""
    answers: list[Any] = []
    one_more = asyncio.Event()
    given: list[Message] = [{"type": "http.request", "body": request.content}]

    async def receive() -> Message:
        return given.pop() if given else await asyncio.Future()

    async def send(message: Message) -> None:
        lines = message.get("body", b"").decode().splitlines()
        found = [line.removeprefix("data: ") for line in lines]
        answers.extend(json.loads(line) for line in found if line.startswith("{"))
        one_more.set()

    scope = {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }
    answering = asyncio.create_task(_all_of(app(scope, receive, send), one_more))
    try:
        while len(answers) < most and not answering.done():
            one_more.clear()
            await asyncio.wait_for(one_more.wait(), PATIENCE_SECONDS)
        if answering.done():
            answering.result()
    finally:
        answering.cancel()
        await asyncio.wait([answering])
    return answers[:most]


async def _all_of(answer: Awaitable[None], done: asyncio.Event) -> None:
    try:
        await answer
    finally:
        done.set()
