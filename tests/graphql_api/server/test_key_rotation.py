"""Keys are rotated while a server books: nothing is lost, also where the rotation is killed and run again."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from booking.encryption.key_file import KeyFile
from booking.encryption.key_ring import KeyRing
from booking.storage.database import Database
from booking.storage.key_store.data_keys import STOCK, DataKeys
from graphql_api.settings import Settings
from tests.booking.patients.stored_contacts import all_contacts
from tests.graphql_api.cli.command_line import MODULE, ROOT
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.graphql_api.server.process import running_server
from tests.support.graphql_client import GraphQLClient, screening_answers

pytestmark = pytest.mark.processes

CLIENTS = 3
DATA_KEYS_BEFORE = 3_000
"""So many that a rotation takes several transactions."""
BOOKED_AFTERWARDS = 12
"""By each client: more together than a server makes keys ahead."""
NAMES = "{ appointments(first: 100) { edges { node { patient { name } } } pageInfo { hasNextPage } } }"
ROTATE = (sys.executable, "-m", MODULE, "data-keys", "rotate")


async def rotate(environment: dict[str, str], folder: Path, *, killed_in: DataKeys | None = None) -> int:
    """The exit status. `killed_in` is the key store in which it is killed when it has wrapped some keys."""
    process = await asyncio.create_subprocess_exec(
        *ROTATE, cwd=folder, env=environment, stdout=DEVNULL, stderr=PIPE
    )
    while killed_in and len((await killed_in.status()).wrapped_by) < 2:
        assert process.returncode is None
        await asyncio.sleep(0)
    if killed_in:
        process.kill()
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert said == b""
    return process.returncode or 0


async def book_on_and_on(
    http: httpx.AsyncClient, starts: list[str], booked: dict[str, str], rotated: asyncio.Event
) -> None:
    """Until the keys are rotated, and a few more. `booked` has the reference of each name."""
    api, more = GraphQLClient(http), BOOKED_AFTERWARDS
    while more and starts:
        if len(starts) <= CLIENTS * (BOOKED_AFTERWARDS + 1):
            await rotated.wait()  # The last times are for bookings after the rotation.
        more -= rotated.is_set()
        name = f"Patient {len(starts)}"
        held = await api.hold(starts.pop())
        assert held["problems"] == [], held
        patient = {"name": name, "email": "patient@example.com", "phone": "416 555 0123"}
        done = await api.book(held["holdToken"], patient=patient, screening=screening_answers())
        assert done["problems"] == [], done
        booked[name] = done["appointment"]["reference"]


async def open_starts(http: httpx.AsyncClient) -> list[str]:
    """Different times of one practitioner each, so that bookings of all clients are possible."""
    first = datetime.now(UTC).date() + timedelta(days=10)
    slots: list[dict[str, Any]] = []
    for weeks in range(3):
        day = first + timedelta(days=14 * weeks)
        slots += await GraphQLClient(http).open_slots(day.isoformat(), (day + timedelta(days=13)).isoformat())
    times = {datetime.fromisoformat(slot["startsAt"]) for slot in slots}
    return [time.isoformat() for time in sorted(times) if time.minute == 0]


async def test_a_rotation_under_load_that_was_killed_and_run_again_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    key_file = KeyFile(folder / "clinic.key")
    shutil.copy(Settings(database_url).key_encryption_file.path, key_file.path)
    former = key_file.read().first
    settings = Settings(database_url, key_file=key_file.path)
    store = settings.data_keys()
    await store.new_keys(DATA_KEYS_BEFORE, now=datetime.now(UTC))
    given = {
        "DATABASE_URL": database_url,
        "BOOK_ONLINE_KEY_FILE": str(key_file.path),
        "BOOK_ONLINE_BOOKINGS_PER_CLIENT": "100000",
        "BOOK_ONLINE_POINTS_PER_CLIENT": "100000000",
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **given}
    database = Database(database_url, settings.data_keys())
    booked: dict[str, str] = {}
    rotated = asyncio.Event()
    async with (
        running_server(folder, **given) as server,
        httpx.AsyncClient(base_url=server.url, timeout=30) as http,
    ):
        http.headers.update(bearing((await new_key(database))[1]))
        starts = await open_starts(http)
        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(book_on_and_on(http, starts, booked, rotated))
            assert await rotate(environment, folder, killed_in=store) == -signal.SIGKILL
            new = key_file.read().first
            assert new != former
            assert set((await store.status()).wrapped_by) == {former.id, new.id}
            assert await rotate(environment, folder) == 0
            rotated.set()
        assert starts, "all times were taken before the end"
        assert len(booked) >= CLIENTS * BOOKED_AFTERWARDS

        assert key_file.read().keys == (new, former)
        wrapped_by = (await store.status()).wrapped_by
        assert wrapped_by[new.id] > DATA_KEYS_BEFORE
        # A stock that the server made in the very moment of the change.
        assert wrapped_by.get(former.id, 0) <= STOCK
        if former.id not in wrapped_by:
            key_file.replace(KeyRing((new,)))
        shown = (await GraphQLClient(http).ask(NAMES))["data"]["appointments"]
        names = {edge["node"]["patient"]["name"] for edge in shown["edges"]}
        assert names == booked.keys() or shown["pageInfo"]["hasNextPage"]
    assert {contact.name for contact in await all_contacts(database)} == booked.keys()
    await database.close()
    await store.close()
    assert "Traceback" not in (folder / "log").read_text("utf-8")
