"""Keys: who has one is known by it, and whatever is wrong with one is told alike."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from booking.api_keys import (
    create_key,
    create_site_key,
    has_valid_checksum,
    new_secret_text,
    revoke_key,
    rotate_key,
)
from booking.storage.database import Database
from booking.storage.models.api_keys import ApiKey, Scope
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.cli.test_cli import run
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic

VIEWER = "{ viewer { name scopes } }"
ANYBODY: dict[str, Any] = {"data": {"viewer": {"name": None, "scopes": []}}}
PARTNER = [scope for scope in Scope if not scope.startswith("desk-")]
"""All that a partner may have: the clinic's own software alone has the others."""


def bearing(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def new_key(database: Database, *scopes: str, name: str = "Sample Directory") -> tuple[str, str]:
    """Its id and its secret."""
    async with database.write() as session:
        key, secret = await create_key(session, name, scopes or PARTNER, now=NOW)
    return key.id, secret


async def test_a_key_identifies_the_viewer(http: httpx.AsyncClient, database: Database) -> None:
    _, secret = await new_key(database, "book", "catalogue")
    answer = await http.post("/graphql", json={"query": VIEWER}, headers=bearing(secret))
    assert answer.json() == {
        "data": {"viewer": {"name": "Sample Directory", "scopes": ["CATALOGUE", "BOOK"]}}
    }
    assert (await http.post("/graphql", json={"query": VIEWER})).json() == ANYBODY


async def test_every_invalid_key_is_answered_alike(
    http: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    key, revoked = await new_key(database)
    async with database.write() as session:
        await revoke_key(session, key, now=NOW)
        await revoke_key(session, key, now=NOW)
    key, expired = await new_key(database)
    async with database.write() as session:
        await rotate_key(session, key, grace=timedelta(days=7), now=NOW)
    _, good = await new_key(database)
    clock.now = NOW + timedelta(days=7)

    said = set()
    for header in (
        f"Bearer {revoked}",
        f"Bearer {expired}",
        f"Bearer {new_secret_text('0123456789')}",
        f"Bearer {good[:-1]}",
        f"Bearer {good[:-1]}_",
        f"Bearer {good}{good}",
        "Bearer é",
        "Bearer",
        "",
        f"Basic {good}",
        good,
    ):
        answer = await http.post(
            "/graphql", json={"query": VIEWER}, headers=[(b"authorization", header.encode("latin-1"))]
        )
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="Book Online"')
        said.add(answer.text)
    assert len(said) == 1
    assert (await http.post("/graphql", json={"query": VIEWER}, headers=bearing(good))).status_code == 200


async def test_two_secrets_live_while_one_is_exchanged(
    http: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    key, first = await new_key(database)
    async with database.write() as session:
        second = await rotate_key(session, key, grace=timedelta(days=1), now=NOW)

    async def statuses(*secrets: str) -> list[int]:
        return [
            (await http.post("/graphql", json={"query": VIEWER}, headers=bearing(secret))).status_code
            for secret in secrets
        ]

    assert await statuses(first, second) == [200, 200]
    async with database.write() as session:
        third = await rotate_key(session, key, grace=timedelta(days=1), now=NOW)
    assert await statuses(first, second, third) == [401, 200, 200]
    clock.now = NOW + timedelta(days=1)
    assert await statuses(first, second, third) == [401, 401, 200]


async def test_a_secret_in_a_browser_is_refused_with_the_reason(
    http: httpx.AsyncClient, database: Database
) -> None:
    _, secret = await new_key(database)
    headers = bearing(secret) | {"origin": "https://www.example.com"}
    answer = await http.post("/graphql", json={"query": VIEWER}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "SECRET_IN_BROWSER"}


async def test_a_key_in_a_url_or_a_cookie_is_ignored(http: httpx.AsyncClient, database: Database) -> None:
    _, secret = await new_key(database)
    asked = {"query": VIEWER, "authorization": secret, "key": secret}
    assert (await http.get("/graphql", params=asked)).json() == ANYBODY
    cookie = {"cookie": f"authorization={secret}; key={secret}"}
    assert (await http.post("/graphql", json={"query": VIEWER}, headers=cookie)).json() == ANYBODY


async def test_the_secret_is_stored_as_a_hash_and_never_logged(
    http: httpx.AsyncClient, database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    key, secret = await new_key(database)
    caplog.set_level(0)
    await http.post("/graphql", json={"query": VIEWER}, headers=bearing(secret))
    await http.post("/graphql", json={"query": VIEWER}, headers=bearing(secret[:-1]))
    random_part = secret.removeprefix(f"bo_sec_{key}_")[:64]
    assert random_part not in caplog.text
    if database_url.startswith("sqlite"):
        everything = kept(database_url)
        assert key.encode() in everything
        assert random_part.encode() not in everything


def kept(sqlite_url: str) -> bytes:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    return file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()


async def test_the_last_use_is_noted_to_the_hour(
    http: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    key, secret = await new_key(database)
    for minutes, noted in ((0, 0), (59, 0), (61, 61)):
        clock.now = NOW + timedelta(minutes=minutes)
        await http.post("/graphql", json={"query": VIEWER}, headers=bearing(secret))
        async with database.read() as session:
            row = await session.get_one(ApiKey, key)
        assert row.last_used_at == NOW + timedelta(minutes=noted)


def test_a_scanner_recognises_a_secret() -> None:
    secret = new_secret_text("0123456789")
    assert re.fullmatch(r"bo_sec_[0-9a-f]{10}_[0-9a-f]{64}[0-9A-Za-z]{6}", secret)
    assert has_valid_checksum(secret)
    for place in range(len(secret)):
        other = secret[:place] + ("1" if secret[place] != "1" else "2") + secret[place + 1 :]
        assert not has_valid_checksum(other)


# Web sites.


@pytest.mark.parametrize("required", [False, True])
async def test_a_site_key_is_for_its_own_pages_alone(
    database: Database, database_url: str, *, required: bool
) -> None:
    await open_clinic(database)
    async with database.write() as session:
        sites = ["https://www.example.com", "https://*.pages.example"]
        site = await create_site_key(session, "Sample Site", sites, now=NOW)
    settings = Settings(database_url, site="https://book.example.com", site_keys_only=required)
    async with asgi_client(create_app(settings, now=lambda: NOW)) as http:

        async def status(**headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return (await http.post("/graphql", json={"query": VIEWER}, headers=named)).status_code

        key = f"bo_pub_{site.id}"
        assert await status(origin="https://www.example.com", x_book_online_site=key) == 200
        assert await status(origin="https://a.b.pages.example", x_book_online_site=key) == 200
        for other in ("https://other.example", "https://pages.example", "http://a.pages.example", "null"):
            assert await status(origin=other, x_book_online_site=key) == 403
        assert await status(origin="https://www.example.com", x_book_online_site="bo_pub_0") == 403
        assert await status(origin="https://www.example.com") == (403 if required else 200)
        # The hosted page, and whoever is no browser.
        assert await status(origin="https://book.example.com") == 200
        assert await status() == 200

        preflight = await http.options(
            "/graphql",
            headers={
                "origin": "https://www.example.com",
                "access-control-request-method": "POST",
                "access-control-request-headers": "x-book-online-site",
            },
        )
        assert preflight.status_code == 200


# The command line.


@pytest.mark.processes
def test_keys_are_made_listed_rotated_and_revoked(tmp_path: Path, sqlite_url: str) -> None:
    def keys(*arguments: str, starts_anew: bool = False) -> str:
        environment = {"DATABASE_URL": sqlite_url}
        done = run_command(
            "keys", *arguments, folder=tmp_path, environment=environment, starts_anew=starts_anew
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "no keys" in keys("list", starts_anew=True)
    made = keys("create", "--name", "Sample Directory", "--scopes", "catalogue, availability,book")
    secret = made.splitlines()[1]
    assert has_valid_checksum(secret)
    key = secret.split("_")[2]
    site = keys("create", "--name", "Sample Site", "--site", "https://www.example.com").strip()
    listed = keys("list").splitlines()
    assert listed[0] == f"{key}\tSample Directory\tcatalogue availability book\tnever used"
    assert listed[1] == f"{site}\tSample Site\thttps://www.example.com"
    assert has_valid_checksum(keys("rotate", key, "--grace", "2").splitlines()[1])
    keys("revoke", key)
    keys("revoke", site)
    assert all("revoked" in line for line in keys("list").splitlines())
    assert secret not in keys("list")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["create", "--name", "X", "--scopes", "everything"],
            "There is no scope 'everything'. Choose",
        ),
        (["create", "--name", " ", "--scopes", "book"], "A key needs a name"),
        (["create", "--name", "X", "--site", "www.example.com"], "it must look like https://www.example.com"),
        (["create", "--name", "X", "--site", "https://www.example.com/page"], "is not an origin"),
        (["create", "--name", "X", "--site", "https://*.com"], "is not an origin"),
        (["create", "--name", "X", "--site", "https://x.example;script-src *"], "is not an origin"),
        (["rotate", "nothing"], "There is no key 'nothing'"),
        (["revoke", "nothing"], "There is no key 'nothing'"),
    ],
)
@pytest.mark.processes
def test_a_mistake_is_reported_in_a_line(
    tmp_path: Path, sqlite_url: str, arguments: list[str], said: str
) -> None:
    done = run("keys", *arguments, folder=tmp_path, DATABASE_URL=sqlite_url)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
