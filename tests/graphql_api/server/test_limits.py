"""One connection can't take the server's memory, and many can't keep others out."""

import asyncio
import resource
from asyncio import StreamWriter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graphql_api.server.protocol import MAX_HEAD_BYTES, MAX_HEAD_FIELDS, MAX_PIPELINED
from tests.graphql_api.server.process import ServerProcess, running_server

pytestmark = pytest.mark.processes

GET = b"GET /healthz HTTP/1.1\r\nHost: clinic.example\r\n"
POST = b"POST /graphql HTTP/1.1\r\nHost: clinic.example\r\nContent-Type: application/json\r\n"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    async with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


FIELD = b"X-Field: x\r\n"
HEADS = {
    "a field without an end": (GET + b"X-Long: ", b"a" * MAX_HEAD_BYTES),
    "a name without an end": (GET, b"a" * (MAX_HEAD_BYTES + 1)),
    "too many fields": (GET + FIELD * MAX_HEAD_FIELDS + b"\r\n",),
    "too many fields, one by one": (GET, *([FIELD] * (MAX_HEAD_FIELDS + 20))),
    "fields that are too long together": (GET + (b"X-Field: " + b"x" * 1000 + b"\r\n") * 40 + b"\r\n",),
    "a head that is too long at once": (GET + b"X-Long: " + b"a" * MEBIBYTE + b"\r\n\r\n",),
}


@pytest.mark.parametrize("head", HEADS)
async def test_a_head_that_is_too_long_is_refused(server: ServerProcess, head: str) -> None:
    answer = await server.exchange(*HEADS[head])
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"connection: close" in answer


async def test_an_address_that_is_too_long_is_refused(server: ServerProcess) -> None:
    for parts in (
        (b"GET /" + b"a" * (MAX_HEAD_BYTES + 1),),
        (b"GET /" + b"a" * (MAX_HEAD_BYTES + 1) + b" HTTP/1.1\r\n\r\n",),
    ):
        assert (await server.exchange(*parts))[:13] in (b"HTTP/1.1 414 ", b"HTTP/1.1 431 ")


async def test_the_longest_head_is_served(server: ServerProcess) -> None:
    fields = b"".join(b"X-%d: x\r\n" % number for number in range(MAX_HEAD_FIELDS - 2))
    answer = await server.exchange(GET + fields + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    long = b"X-Long: " + b"a" * (MAX_HEAD_BYTES - 200) + b"\r\n"
    answer = await server.exchange(GET + long + b"Connection: close\r\n\r\n", pause=0.01)
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_head_without_an_end_takes_no_memory(server: ServerProcess) -> None:
    before = server.memory()
    for line in (b"X-Field: " + b"x" * 1000 + b"\r\n", b"x" * 1000, b"\r\n"):
        reader, writer = await server.connect()
        writer.write(GET if line != b"\r\n" else b"")
        try:
            for _ in range(20):
                writer.write(line * (MEBIBYTE // len(line)))
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()
        del reader
    assert server.memory() - before < 30 * MEBIBYTE


async def send_for_ever(writer: StreamWriter) -> None:
    while True:
        writer.write(FIELD * (MEBIBYTE // len(FIELD)))
        await writer.drain()
        await asyncio.sleep(0.05)


async def test_trailers_and_framing_without_an_end_are_refused(server: ServerProcess) -> None:
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    for endless in (b"0\r\n" + FIELD * 100, b"1;" + b"x" * 1000):
        before = server.memory()
        reader, writer = await server.connect()
        writer.write(chunked + endless)
        with pytest.raises(ConnectionError):
            await send_for_ever(writer)
        writer.close()
        del reader
        assert server.memory() - before < 30 * MEBIBYTE


async def test_a_trailer_adds_no_header_field(server: ServerProcess) -> None:
    body = b'{"query": "{ clinic { name } }"}'
    sent = POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunks = b"%x\r\n%b\r\n0\r\nAuthorization: Bearer x\r\n\r\n" % (len(body), body)
    answer = await server.exchange(sent, chunks)
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_many_pipelined_requests_are_refused(server: ServerProcess) -> None:
    few = await server.exchange((GET + b"\r\n") * 3 + GET + b"Connection: close\r\n\r\n")
    assert few.count(b"HTTP/1.1 200 ") == 4
    many = await server.exchange((GET + b"\r\n") * (20 * MAX_PIPELINED))
    assert many.count(b"HTTP/1.1 200 ") <= MAX_PIPELINED + 1


@pytest.mark.parametrize("hosts", [b"", b"Host: a.example\r\nHost: b.example\r\n"])
async def test_a_request_names_exactly_one_host(server: ServerProcess, hosts: bytes) -> None:
    answer = await server.exchange(b"GET /healthz HTTP/1.1\r\n" + hosts + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_request_of_the_former_version_needs_no_host(server: ServerProcess) -> None:
    assert (await server.exchange(b"GET /healthz HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


async def test_an_upgrade_is_answered_as_http_and_nothing_after_it_is_kept(server: ServerProcess) -> None:
    upgrade = GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
    answer = await server.exchange(upgrade + b"x" * 100)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer


async def test_slow_heads_and_bodies_end_in_time(tmp_path: Path) -> None:
    """With limits of a second, by the same code as with those of the product."""
    quick = """
import sys
sys.path.insert(0, {folder!r})
from graphql_api.server.protocol import TIME_LIMITS, Phase
TIME_LIMITS.update({{Phase.HEAD: 1, Phase.BODY: 1}})
"""
    (tmp_path / "sitecustomize.py").write_text(quick.format(folder=str(Path.cwd())))
    async with running_server(tmp_path, PYTHONPATH=f"{tmp_path}:{Path.cwd()}") as server:
        started = asyncio.get_running_loop().time()
        answers = await asyncio.gather(
            server.exchange(GET),
            server.exchange(POST + b"Content-Length: 100\r\n\r\n", b"{"),
        )
        assert asyncio.get_running_loop().time() - started < 10
        assert answers[0].startswith(b"HTTP/1.1 408 ")
        assert answers[1].startswith(b"HTTP/1.1 408 ")


async def test_idle_connections_keep_nobody_out(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    limited = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))\n"
    (tmp_path / "sitecustomize.py").write_text(limited)
    writers: list[StreamWriter] = []
    try:
        async with running_server(tmp_path, PYTHONPATH=f"{tmp_path}:{Path.cwd()}") as server:
            for number in range(700):
                _, writer = await server.connect()
                if number % 2:
                    writer.write(GET)
                writers.append(writer)
            assert await server.status("/healthz") == 200
            assert await server.status("/readyz") == 200
            assert await server.status("/book/dry-needling") == 200
    finally:
        for writer in writers:
            writer.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
