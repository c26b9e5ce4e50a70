"""A database that fails under a running server: every door is typed and shows the clinic's number."""

import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import Postgres, open_database

PAGE_SIZE = 4096
PHONE, PHONE_SHOWN = "+14165451881", "416.545.1881"
FAILURES: dict[str, Callable[[Path], None]] = {}
HTML = {"accept": "text/html,application/xhtml+xml"}
SERVICE = "/book/dry-needling"


def failure(make: Callable[[Path], None]) -> Callable[[Path], None]:
    FAILURES[make.__name__] = make
    return make


def overwrite(file: Path, start: int) -> None:
    with closing(sqlite3.connect(file)) as connection:
        # All pages are in the file itself, and no reader trusts those that it has read before.
        connection.execute("CREATE TABLE more (number INTEGER)")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as pages:
        pages.seek(start)
        pages.write(b"\xa5" * (file.stat().st_size - start))


@failure
def damaged_pages(file: Path) -> None:
    overwrite(file, PAGE_SIZE)


@failure
def damaged_header(file: Path) -> None:
    overwrite(file, 0)


@failure
def truncated(file: Path) -> None:
    overwrite(file, file.stat().st_size)
    os.truncate(file, 3 * PAGE_SIZE)


@failure
def emptied(file: Path) -> None:
    overwrite(file, file.stat().st_size)
    os.truncate(file, 0)


@failure
def deleted(file: Path) -> None:
    file.unlink()


@failure
def moved(file: Path) -> None:
    file.rename(file.with_name("elsewhere.sqlite3"))


@failure
def replaced_by_another_file(file: Path) -> None:
    file.unlink()
    file.write_text("A letter to the clinic, which is long enough. " * 9)


@failure
def replaced_by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.fixture(params=FAILURES)
async def site(sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """A server that answered once, and whose database fails now."""
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with asgi_client(create_app(Settings(database_url=sqlite_url), now=lambda: NOW)) as http:
        assert (await http.get("/readyz")).status_code == 200
        FAILURES[request.param](Path(sqlite_url.removeprefix("sqlite:///")))
        http._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        yield http


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_shows_the_number(site: httpx.AsyncClient, language: str) -> None:
    query = {"lang": language}
    for answer in [
        *[
            await site.get(path, params=query, headers=HTML)
            for path in ("/", "/book", SERVICE, f"{SERVICE}/times", "/manage", "/no-such-page")
        ],
        await site.post(f"{SERVICE}/hold", params=query, headers=HTML, follow_redirects=True),
    ]:
        assert answer.status_code in (404, 500, 503), answer.url
        assert f'<html lang="{language}"' in answer.text
        assert f'href="tel:{PHONE}"' in answer.text, answer.url


async def test_an_answer_after_which_the_connection_ends_says_so(sqlite_url: str) -> None:
    """A browser that keeps the connection would send its next form into one that is ended."""
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    mistakes: list[Exception] = []

    def now() -> datetime:
        for mistake in mistakes:
            raise mistake
        return NOW

    async with asgi_client(create_app(Settings(database_url=sqlite_url), now=now)) as http:
        http._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        answered = await http.get(f"{SERVICE}/times", headers=HTML)
        mistakes.append(RuntimeError("no clock"))
        failed = await http.get(f"{SERVICE}/times", headers=HTML)
    assert (answered.status_code, failed.status_code) == (200, 500)
    assert "connection" not in answered.headers
    assert failed.headers["connection"] == "close"


async def test_a_page_is_asked_for_again_at_its_own_address(site: httpx.AsyncClient) -> None:
    again = '<a class="quiet" href="">Try again</a>'
    assert again in (await site.get(SERVICE, headers=HTML)).text
    # A link loses the secret after the # of the address.
    manage = (await site.get("/manage", headers=HTML)).text
    assert again not in manage
    assert "Book online</a>" not in manage


async def test_every_answer_of_the_api_is_typed_and_has_the_number(site: httpx.AsyncClient) -> None:
    for query in (
        "{ clinic { name } }",
        "{ services(first: 3) { nodes { name } } }",
        "{ practitioners(first: 3) { nodes { name } } }",
    ):
        answer = await site.post("/graphql", json={"query": query}, headers={"origin": "https://a.example"})
        [error] = answer.json()["errors"]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert error["extensions"]["code"] in ("OUT_OF_ORDER", "TRY_AGAIN", "INTERNAL")
        assert (error["extensions"]["phone"], error["extensions"]["phoneShown"]) == (PHONE, PHONE_SHOWN)


async def test_a_feed_and_a_program_read_the_number_as_text(site: httpx.AsyncClient) -> None:
    for path in ("/bulk/slots/dry-needling.ndjson", "/bulk/practitioners.ndjson", "/book"):
        answer = await site.get(path)
        assert answer.status_code in (404, 500, 503), path
        if answer.status_code != 404:
            assert PHONE_SHOWN in answer.text


async def test_no_more_visitors_are_sent_to_the_server(site: httpx.AsyncClient) -> None:
    await site.get("/book", headers=HTML)

    assert (await site.get("/readyz")).status_code in (500, 503)
    assert (await site.get("/healthz")).status_code == 200


async def test_the_log_has_a_sentence_and_no_traceback(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    async with asgi_client(create_app(Settings(database_url=sqlite_url), now=lambda: NOW)) as http:
        damaged_pages(file)
        with caplog.at_level(logging.WARNING):
            assert (await http.get("/book")).status_code == 503

    [said] = [record for record in caplog.records if "is damaged" in record.getMessage()]
    assert said.exc_info is None
    assert f"the database {file} is damaged (" in said.getMessage()


async def test_a_booking_is_never_confirmed_into_a_file_that_is_gone(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    async with asgi_client(create_app(Settings(database_url=sqlite_url), now=lambda: NOW)) as http:
        moved(file)
        assert (await http.get("/readyz")).status_code == 503
        # No empty database was made.
        files = {each.name for each in file.parent.glob("*.sqlite3")}
        assert files == {"clinic-keys.sqlite3", "elsewhere.sqlite3"}
        file.with_name("elsewhere.sqlite3").rename(file)
        assert (await http.get("/readyz")).status_code == 200


@pytest.mark.parametrize("away", ["database", "rights"])
async def test_postgresql_that_lets_nobody_in(
    postgres: Postgres, postgresql_url: str, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(postgresql_url)
    await open_clinic(database)
    await database.close()
    name = str(make_url(postgresql_url).database)
    postgres.run("CREATE ROLE desk LOGIN")
    postgres.run_in(name, "GRANT ALL ON ALL TABLES IN SCHEMA public TO desk")
    url = postgresql_url.replace("postgres@", "desk@")
    try:
        async with asgi_client(create_app(Settings(database_url=url), now=lambda: NOW)) as http:
            assert (await http.get("/book")).status_code == 200
            postgres.run_in(name, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM desk")
            if away == "database":
                postgres.run(
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
                    f"ALTER DATABASE {name} RENAME TO {name}_away",
                )
            page = await http.get("/book", headers=HTML)
            answer = await http.post("/graphql", json={"query": "{ clinic { name } }"})
            assert (page.status_code, answer.status_code) == (503, 503)
            assert f'href="tel:{PHONE}"' in page.text
            assert answer.json()["errors"][0]["extensions"] == {
                "code": "OUT_OF_ORDER",
                "phone": PHONE,
                "phoneShown": PHONE_SHOWN,
            }
            assert (await http.get("/readyz")).status_code == 503
    finally:
        if away == "database":
            postgres.run(f"ALTER DATABASE {name}_away RENAME TO {name}")
        postgres.run_in(name, "DROP OWNED BY desk")
        postgres.run("DROP ROLE desk")
    assert "make it (createdb" in caplog.text or "may not make or use tables" in caplog.text
