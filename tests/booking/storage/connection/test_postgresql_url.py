"""DATABASE_URL in libpq's words, on a real PostgreSQL behind a socket that ends TLS."""

import asyncio
import ssl
import subprocess
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from sqlalchemy import make_url, text

from booking.storage.connection.error_causes import explain
from booking.storage.connection.postgresql_url import connection_arguments
from booking.storage.engine import database_url, engine_for

SSL_REQUEST_BYTES = 8  # https://www.postgresql.org/docs/current/protocol-message-formats.html#SSLREQUEST
SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `localhost` that signs itself, and its key, in one file."""
    if which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    command = ["openssl", *options.split(), "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.fixture
async def tls_port(postgresql_url: str, certificate: Path) -> AsyncIterator[int]:
    """A port where PostgreSQL is reached by TLS alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    socket_file = f"{make_url(postgresql_url).query['host']}/.s.PGSQL.5432"

    async def accept(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(SSL_REQUEST_BYTES) == SSL_REQUEST:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(context)
                from_server, to_server = await asyncio.open_unix_connection(socket_file)
                await asyncio.gather(_copy(reader, to_server), _copy(from_server, writer))
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def plain_port(postgresql_url: str) -> AsyncIterator[int]:
    """A port where PostgreSQL is reached without TLS."""
    socket_file = f"{make_url(postgresql_url).query['host']}/.s.PGSQL.5432"

    async def accept(reader: StreamReader, writer: StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(socket_file)
        await asyncio.gather(_copy(reader, to_server), _copy(from_server, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


async def answer_of(url: str, statement: str = "SELECT 'reached'") -> Any:
    """What the database answers, or the sentence for why it can't be reached."""
    engine = engine_for(url, patience=5)
    try:
        async with engine.connect() as connection:
            return await connection.scalar(text(statement))
    except Exception as reason:
        return explain(reason, url)
    finally:
        await engine.dispose()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("sslmode=disable", "gives no answer"),
        ("sslmode=allow", "reached"),
        ("sslmode=prefer", "reached"),
        ("sslmode=require", "reached"),
        ("sslmode=require&channel_binding=prefer&gssencmode=disable&keepalives=1", "reached"),
        ("sslmode=verify-ca&sslrootcert={root}", "reached"),
        ("sslmode=verify-full&sslrootcert={root}", "reached"),
        ("sslmode=verify-full&sslrootcert=system", "is not accepted"),
        ("sslrootcert=system", "is not accepted"),
        ("ssl=require", "reached"),
    ],
)
async def test_sslmode(
    tls_port: int, certificate: Path, postgresql_url: str, words: str, answer: str
) -> None:
    name = make_url(postgresql_url).database
    words = words.format(root=f"{certificate}.crt")

    assert answer in await answer_of(f"postgresql://postgres@localhost:{tls_port}/{name}?{words}")


async def test_verify_full_compares_the_name(tls_port: int, certificate: Path, postgresql_url: str) -> None:
    url = f"postgresql://postgres@127.0.0.1:{tls_port}/{make_url(postgresql_url).database}"
    root = f"sslrootcert={certificate}.crt"

    assert await answer_of(f"{url}?sslmode=verify-ca&{root}") == "reached"
    assert "is not accepted" in await answer_of(f"{url}?sslmode=verify-full&{root}")


@pytest.mark.parametrize("mode", ["require", "verify-full&sslrootcert=system"])
async def test_tls_is_never_left_out_if_it_is_demanded(
    plain_port: int, postgresql_url: str, mode: str
) -> None:
    name = make_url(postgresql_url).database

    said = await answer_of(f"postgresql://postgres@127.0.0.1:{plain_port}/{name}?sslmode={mode}")

    assert said == (
        f"PostgreSQL at 127.0.0.1:{plain_port} offers no TLS, and DATABASE_URL demands it: turn `ssl` on "
        "there, or change sslmode"
    )


async def test_of_several_hosts_one_that_answers_is_used(plain_port: int, postgresql_url: str) -> None:
    name, dead = make_url(postgresql_url).database, 1
    socket_folder = make_url(postgresql_url).query["host"]
    for hosts in (
        f"127.0.0.1:{dead},127.0.0.1:{plain_port}/{name}?",
        f"127.0.0.1:{dead},[::1]:{dead},localhost:{plain_port}/{name}?target_session_attrs=primary&",
        f"/{name}?host=127.0.0.1:{dead}&host=127.0.0.1:{plain_port}&target_session_attrs=read-write&",
        f"/{name}?host=127.0.0.1,127.0.0.1&port={dead},{plain_port}&",
        f"/{name}?host={socket_folder}&",
    ):
        assert await answer_of(f"postgresql://postgres@{hosts}application_name=book-online") == "reached"
    standby = f"127.0.0.1:{plain_port},localhost:{plain_port}/{name}?target_session_attrs=standby"
    assert "no server at" in await answer_of(f"postgresql://postgres@{standby}")


async def test_what_libpq_hands_to_the_server(postgresql_url: str) -> None:
    url = f"{postgresql_url}&application_name=our%20clinic&options=-c%20work_mem%3D5MB&connect_timeout=4"

    assert await answer_of(url, "SELECT current_setting('application_name')") == "our clinic"
    assert await answer_of(url, "SELECT current_setting('work_mem')") == "5MB"
    assert await answer_of(url, "SELECT current_setting('lock_timeout')") == "5s"


async def test_a_wrong_password(postgres: Any, plain_port: int, postgresql_url: str) -> None:
    password, name = "secret-word-of-the-database", make_url(postgresql_url).database
    postgres.run(f"CREATE ROLE careful LOGIN PASSWORD '{password}'")
    try:
        with postgres.asking_for_passwords("careful"):
            url = f"postgresql://careful:{{}}@127.0.0.1:{plain_port}/{name}"
            assert await answer_of(url.format(password)) == "reached"
            said = await answer_of(url.format("wrong-" + password))
        assert said == (
            f"PostgreSQL at 127.0.0.1:{plain_port} refuses the password of user careful: correct DATABASE_URL"
        )
    finally:
        postgres.run("DROP ROLE careful")


def test_a_password_may_hold_what_separates_hosts() -> None:
    url, arguments = connection_arguments(database_url("postgresql://u:a,b:c@one:1,two/name"))

    assert (url.password, url.database) == ("a,b:c", "name")
    assert arguments == {"host": ["one", "two"], "port": [1, 5432]}
