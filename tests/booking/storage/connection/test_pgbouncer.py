"""PostgreSQL through PgBouncer: every transaction has its time limits, whatever session it gets."""

import asyncio

import pytest
from sqlalchemy import text

from booking.storage.connection.error_causes import explain
from booking.storage.migrations.upgrade import is_migrated
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.storage.connection.pgbouncer import running_pgbouncer
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient, problem_types

LIMITS = text(
    "SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')"
)
MODES = pytest.mark.parametrize("mode", ["session", "transaction"])


@MODES
async def test_every_transaction_has_its_limits_and_leaves_none(postgresql_url: str, mode: str) -> None:
    sessions = 30 if mode == "session" else 3
    with running_pgbouncer(postgresql_url, mode, sessions=sessions) as url:
        database = open_database(f"{url}?pgbouncer=true")

        async def limits(*, writes: bool) -> object:
            async with (database.write if writes else database.read)() as session:
                await session.execute(text("SELECT pg_sleep(0.01)"))
                return tuple((await session.execute(LIMITS)).one())

        found = await asyncio.gather(*(limits(writes=number % 2 == 0) for number in range(40)))
        tokens = [await database.change_token.read() for _ in range(3)]
        await database.close()

    assert set(found) == {("15s", "20s")}
    assert None not in tokens


@MODES
async def test_a_clinic_is_served(postgresql_url: str, mode: str) -> None:
    with running_pgbouncer(postgresql_url, mode, sessions=30 if mode == "session" else 3) as bare_url:
        url = f"{bare_url}?pgbouncer=true"
        assert await asyncio.to_thread(is_migrated, url)
        database = open_database(url)
        await open_clinic(database)
        await database.close()
        async with asgi_client(create_app(Settings(url), now=lambda: NOW)) as http:
            api = GraphQLClient(http)
            answers = await asyncio.gather(
                *(api.hold(f"2026-11-24T{hour:02}:00:00-05:00") for hour in range(9, 12) for _ in range(4))
            )
            pages = await asyncio.gather(*(http.get("/book") for _ in range(12)))

    assert {page.status_code for page in pages} == {200}
    assert any(problem_types(answer) == [] for answer in answers)
    assert {kind for answer in answers for kind in problem_types(answer)} <= {"SlotTaken", "NotOpen"}


@MODES
@pytest.mark.parametrize("ignores", ["", "lock_timeout,idle_in_transaction_session_timeout"])
async def test_one_that_is_not_named_is_refused_in_a_sentence(
    postgresql_url: str, mode: str, ignores: str
) -> None:
    with running_pgbouncer(postgresql_url, mode, ignores=ignores) as url:
        for _ in range(3):
            with pytest.raises(Exception) as refused:  # noqa: PT011  (its sentence is the test)
                await asyncio.to_thread(is_migrated, url)
            sentence = str(explain(refused.value, url))
            assert "a pooler such as PgBouncer stands in front of PostgreSQL" in sentence
            assert "add pgbouncer=true to DATABASE_URL" in sentence


async def test_a_pooler_without_transactions_is_refused_in_a_sentence(postgresql_url: str) -> None:
    with running_pgbouncer(postgresql_url, "statement") as bare_url:
        url = f"{bare_url}?pgbouncer=true"
        with pytest.raises(Exception) as refused:  # noqa: PT011  (its sentence is the test)
            await asyncio.to_thread(is_migrated, url)
    assert "has pool_mode = statement, which allows no transaction" in str(explain(refused.value, url))
