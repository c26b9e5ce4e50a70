"""A real server whose patients' data are marked, and all that goes in and out of it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from booking.storage.database import Database
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.booking.notifications.mailbox import Mailbox, mailbox
from tests.booking.webhooks.receiver import Receiver, response, running_receiver
from tests.graphql_api.cli.command_line import ROOT
from tests.graphql_api.extensions.packages import install
from tests.graphql_api.server.process import ServerProcess, running_server
from tests.support.clinics import asking_for_consent, file_with_features, open_on_any_day
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient, screening_answers

MARK = "zqmark"
NOTE = f"{MARK}: it hurts since May"
TYPED_PHONE, STORED_PHONE = "416 555 0177", "4165550177"
TOLD, BLOCKING = "needle-fear", "bleeding"
ANSWERS = screening_answers(needle_fear="YES")
CONSENT = global_id("ConsentText", "2026-11/en")
LISTENER_FAILS = """
from book_online.extend import *

FAILURES = {"Temporary": TemporaryFailure, "Permanent": PermanentFailure, "Unexpected": ValueError}


async def listen(context: ListenerContext) -> None:
    for word, failure in FAILURES.items():
        if word in context.patient.name:
            try:
                raise KeyError(context.patient.phone)
            except KeyError as cause:
                raise failure(f"{context.patient.name} <{context.patient.email}> is unknown") from cause


async def refuse(proposal: Proposal) -> None:
    if proposal.patient and "Ruled" in proposal.patient.name:
        raise RuntimeError(f"no rule for {proposal.patient}")


feature = Feature(name="teller", api=1, listeners={"people": listen}, rules=[refuse])
"""
OUTBOX_SECONDS = 20


@dataclass
class MarkedClinic:
    """A running server, and all that went in and out of it."""

    url: str
    folder: Path
    server: ServerProcess
    database: Database
    api: GraphQLClient
    box: Mailbox
    receiver: Receiver
    errors: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    starts: list[str] = field(default_factory=list)

    def patient(self, word: str = "") -> dict[str, str]:
        number = next(self.numbers)
        name = f"{MARK.title()}{number} {word} Patient"
        address = f"{MARK}.{number}@example.com"
        return {"name": name, "email": address, "phone": TYPED_PHONE, "contactName": f"{MARK} Parent"}

    async def start(self) -> str:
        """A time that nobody has taken."""
        if not self.starts:
            first = datetime.now(UTC).date() + timedelta(days=10)
            last = first + timedelta(days=10)
            slots = await self.api.open_slots(first.isoformat(), last.isoformat())
            times = {datetime.fromisoformat(slot["startsAt"]).replace(minute=0) for slot in slots}
            open_times = {datetime.fromisoformat(slot["startsAt"]) for slot in slots}
            self.starts = [time.isoformat() for time in sorted(times & open_times, reverse=True)]
        return self.starts.pop()

    async def book(self, word: str = "", **more: Any) -> dict[str, Any]:
        """The payload, whatever it says."""
        given = {
            "patient": self.patient(word),
            "screening": ANSWERS,
            "consentTextId": CONSENT,
            "note": NOTE,
        } | more
        payload = await self.api.book((await self.api.hold(await self.start()))["holdToken"], **given)
        if payload["manageToken"]:
            self.secrets.append(payload["manageToken"])
        if payload["problems"]:
            self.errors.append(str(payload))
        return payload

    async def send(self, path: str, data: dict[str, str]) -> httpx.Response:
        """A form."""
        return await self.api.http.post(path, data=data, headers={"sec-fetch-site": "same-origin"})

    async def logged(self, words: str, times: int = 1) -> None:
        async with asyncio.timeout(OUTBOX_SECONDS):
            while (self.folder / "log").read_text("utf-8").count(words) < times:  # noqa: ASYNC110  (a file)
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_server(url: str, folder: Path, **more: str) -> AsyncIterator[MarkedClinic]:
    """`more` is of the server's environment."""
    install(folder / "site", "teller", LISTENER_FAILS)
    database = open_database(url)
    async with mailbox() as box, running_receiver() as receiver:
        receiver.responses = [response(500, f"x-problem: {MARK}\r\n")]
        environment = {
            "DATABASE_URL": url,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{folder / 'site'}",
            "BOOK_ONLINE_KEY_FILE": str(Settings(url).key_encryption_file.path.resolve()),
            "BOOK_ONLINE_MAIL_URL": box.url,
            "BOOK_ONLINE_MAIL_FROM": "clinic@example.com",
            "BOOK_ONLINE_WEBHOOKS_TO_PRIVATE": "1",
            "BOOK_ONLINE_BOOKINGS_PER_CLIENT": "1000",
            "BOOK_ONLINE_POINTS_PER_CLIENT": "1000000",
            **more,
        }
        clinic_file = open_on_any_day(asking_for_consent(file_with_features("teller")))
        async with (
            running_server(folder, clinic=clinic_file, **environment) as server,
            httpx.AsyncClient(base_url=server.url, timeout=20) as http,
        ):
            yield MarkedClinic(url, folder, server, database, GraphQLClient(http), box, receiver)
            assert server.process.stdout
            printed = await server.process.stdout.read()  # To its end: the last journey killed the server.
            (folder / "stdout").write_bytes(server.printed.encode() + printed)
    await database.close()
