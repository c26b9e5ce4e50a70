"""Readiness, part by part: what a person has to look at when a server wants no visitors."""

import uuid
from functools import partial

import httpx
import pytest

from booking.storage.database import Database
from booking.storage.migrations.move_mark import MoveMark, MoveState, set_move_mark
from graphql_api.context.clock import Clock
from graphql_api.http.monitoring.monitoring import Monitoring
from graphql_api.http.stopping import Stopping
from graphql_api.settings import Settings
from tests.graphql_api.http.monitoring.conftest import MeasuredServer
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database

ALL_IS_WELL = {"server": "ok", "database": "ok", "changes": "ok", "integrity": "ok", "keys": "ok"}


async def test_a_server_that_is_well_says_so_of_each_part(server: MeasuredServer) -> None:
    answer = await server.monitor.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": ALL_IS_WELL}
    assert (await server.monitor.get("/healthz")).text == "ok\n"


async def asked(database: Database, settings: Settings, stopping: Stopping) -> httpx.Response:
    monitoring = Monitoring(database, settings.data_keys(), Clock(lambda: NOW), stopping)
    transport = httpx.ASGITransport(monitoring.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor") as monitor:
        answer = await monitor.get("/readyz")
    await monitoring.readiness.data_keys.close()
    return answer


async def test_each_part_that_is_not_well_is_named(database: Database, sqlite_url: str) -> None:
    await open_clinic(database)
    stopping = Stopping(is_draining=True)
    gone = open_database(f"{sqlite_url}-gone")
    without_keys = Settings(sqlite_url, data_keys_url=f"{sqlite_url}-none")

    answer = await asked(gone, without_keys, stopping)

    await gone.close()
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "parts": ALL_IS_WELL
        | {
            "server": "about to stop",
            "database": "does not answer",
            "keys": "can't be used: book-online doctor",
        },
    }


async def test_a_server_on_a_database_that_was_left_wants_no_visitors(
    database: Database, database_url: str
) -> None:
    await open_clinic(database)
    mark = MoveMark(uuid.uuid4(), MoveState.MOVED, "elsewhere", NOW, [])
    async with database.engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(partial(set_move_mark, mark=mark))

    answer = await asked(database, Settings(database_url), Stopping())

    assert answer.status_code == 503
    assert answer.json()["parts"] == ALL_IS_WELL | {"database": "was left when the clinic was moved"}


@pytest.mark.parametrize("path", ["/", "/graphql", "/book", "/desk"])
async def test_the_monitoring_port_answers_nothing_else(server: MeasuredServer, path: str) -> None:
    assert (await server.monitor.get(path)).status_code == 404
