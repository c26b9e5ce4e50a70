"""The configurations in deploy/proxies work, with those proxies that are installed here."""

import asyncio
import json
import os
import re
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from booking.catalogue.clinic_file.images.photo import MAX_BYTES as PHOTO_BYTES
from graphql_api.app import create_app
from graphql_api.limits.limits import MAX_BODY_BYTES
from graphql_api.settings import Settings
from tests.graphql_api.server.constant_load import constant_load
from tests.graphql_api.server.process import running_server
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import service_id
from tests.support.live_server import live_server, reserved_port

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
HOST = "book.clinic.example"
START_SECONDS = 20
LIVE = {
    "query": "subscription ($filter: OpenSlotFilter!) { availabilityChanged(filter: $filter) { date } }",
    "variables": {"filter": {"serviceId": service_id(), "from": "2026-11-30", "to": "2026-12-04"}},
}


def configuration(file: str, server: str, port: int) -> str:
    """For this server and port, where no rights of root are needed."""
    block = (ROOT / "deploy/proxies" / file).read_text("utf-8")
    assert "127.0.0.1:8000" in block
    block = block.replace("127.0.0.1:8000", server.removeprefix("http://"))
    return re.sub(r"(?<=[ :])443\b", str(port), block)


def nginx(folder: Path, server: str, port: int) -> list[str]:
    block = configuration("nginx.conf", server, port).replace("/etc/ssl/", f"{folder}/")
    block = block.replace("/var/log/nginx/error.log", f"{folder}/errors")
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = f"user {getpwuid(os.getuid()).pw_name} {getgrgid(os.getgid()).gr_name};"
    text = f"daemon off; {user} pid {folder}/pid; events {{}} http {{ {paths} {block} }}"
    (folder / "nginx.conf").write_text(text)
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def with_access_log(folder: Path, server: str, port: int) -> list[str]:
    """nginx, with the log of the other page."""
    command = nginx(folder, server, port)
    (log,) = re.findall(
        r"```nginx\n(.*?)```", (ROOT / "docs/how-to/protect-data.md").read_text("utf-8"), re.DOTALL
    )
    file = folder / "nginx.conf"
    text = file.read_text().replace("access_log off", f"access_log {folder}/access without_links")
    file.write_text(text.replace("server {", f"{log}\nserver {{", 1))
    return command


def with_two_servers(folder: Path, servers: str, port: int) -> list[str]:
    """nginx, with the line for a second server as it is once its `#` is gone."""
    one, two = servers.split()
    command = nginx(folder, one, port)
    file = folder / "nginx.conf"
    text = file.read_text()
    assert "# server 127.0.0.1:8001;" in text
    file.write_text(text.replace("# server 127.0.0.1:8001;", f"server {two.removeprefix('http://')};"))
    return command


def caddy(folder: Path, server: str, port: int) -> list[str]:
    block = configuration("Caddyfile", server, port)
    assert f"\n{HOST} {{\n" in block
    certificate = f"tls {folder}/{HOST}.pem {folder}/{HOST}.key"
    block = block.replace(f"{HOST} {{", f"{HOST}:{port} {{\n    {certificate}")
    block = block.replace("\n{\n", "\n{\n    admin off\n    auto_https disable_redirects\n", 1)
    (folder / "Caddyfile").write_text(block)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def haproxy(folder: Path, server: str, port: int) -> list[str]:
    block = configuration("haproxy.cfg", server, port).replace("/etc/haproxy/", f"{folder}/")
    (folder / "haproxy.cfg").write_text(block)
    shutil.copy(folder / f"{HOST}.key", folder / f"{HOST}.pem.key")  # Where HAProxy looks for it.
    return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / f"{HOST}.pem").write_bytes(certificate.public_bytes(encoding))
    (folder / f"{HOST}.key").write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))


def with_echo(app: ASGIApp) -> ASGIApp:
    """The app, which says at `/echo` what the proxy told it."""

    async def echo_or_app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") != "/echo":
            await app(scope, receive, send)
            return
        request = Request(scope)
        said = {"client": request.client and request.client.host, "url": str(request.url)}
        await JSONResponse(said)(scope, receive, send)

    return echo_or_app


@asynccontextmanager
async def running(command: list[str], port: int, folder: Path) -> AsyncIterator[None]:
    environment = {"HOME": str(folder), "PATH": str(Path(shutil.which(command[0]) or "").parent)}
    with (folder / "errors").open("w") as errors, (folder / "output").open("w") as output:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=output, stderr=errors
        )
    try:
        async with asyncio.timeout(START_SECONDS):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        assert process.returncode is None, (folder / "errors").read_text()
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@dataclass(frozen=True)
class Proxy:
    """What a program needs to stand in front of a server; `folder` has its certificate, and what it says."""

    prepare: Callable[[Path, str, int], list[str]]
    folder: Path
    port: int

    @asynccontextmanager
    async def before(self, server: str) -> AsyncIterator[None]:
        async with running(self.prepare(self.folder, server, self.port), self.port, self.folder):
            yield

    async def curl(self, path: str, *options: str) -> str:
        """The body, the status, and the version of HTTP."""
        return (await (await self._curling(path, *options)).communicate())[0].decode()

    async def first_line(self, path: str, *options: str) -> str:
        """Of a body that has no end."""
        process = await self._curling(path, *options)
        assert process.stdout
        try:
            async with asyncio.timeout(START_SECONDS):
                return (await process.stdout.readline()).decode()
        finally:
            process.kill()
            await process.communicate()

    async def _curling(self, path: str, *options: str) -> Process:
        certificate = str(self.folder / f"{HOST}.pem")
        resolve = ("--resolve", f"{HOST}:{self.port}:127.0.0.1", "--cacert", certificate)
        bounded = ("--silent", "--show-error", "--max-time", str(START_SECONDS))
        shown = ("--no-buffer", "--write-out", "\n%{http_code} %{http_version}")
        return await asyncio.create_subprocess_exec(
            "curl", *resolve, *bounded, *shown, *options, f"https://{HOST}:{self.port}{path}", stdout=PIPE
        )

    @property
    def said(self) -> str:
        return "".join((self.folder / name).read_text() for name in ("errors", "output"))


@pytest.fixture(params=[nginx, caddy, haproxy], ids=lambda prepare: prepare.__name__)
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    name = request.param.__name__ if request.param in (nginx, caddy, haproxy) else "nginx"
    for program in (name, "curl"):
        if not shutil.which(program):
            pytest.skip(f"needs {program}")
    make_certificate(tmp_path)
    with reserved_port() as port:
        yield Proxy(request.param, tmp_path, port)


async def test_a_proxy_configured_as_in_deploy(proxy: Proxy, sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    curl, port = proxy.curl, proxy.port

    app = create_app(Settings(sqlite_url), now=lambda: NOW)
    async with live_server(with_echo(app)) as server, proxy.before(server):
        echoed, status = (await curl("/echo", "--header", "X-Forwarded-For: 203.0.113.9")).split("\n")
        assert status == "200 2"
        assert json.loads(echoed) == {"client": "127.0.0.1", "url": f"https://{HOST}:{port}/echo"}

        (tmp_path / "long.json").write_text(" " * (MAX_BODY_BYTES + 1))
        as_json = ("--header", "Content-Type: application/json", "--data-binary")
        refused = await curl("/graphql", *as_json, f"@{tmp_path / 'long.json'}")
        assert refused.endswith("\n413 2")
        assert "65536 bytes at most" in json.loads(refused.rpartition("\n")[0])["errors"][0]["message"]

        # A photo of a practitioner gets as far as the server, which refuses it unread for want of a
        # session. The request after it comes through all the same.
        (tmp_path / "photo").write_bytes(b" " * PHOTO_BYTES)
        for _ in range(3):
            photo = await curl("/desk/clinic/images/one", "--data-binary", f"@{tmp_path / 'photo'}")
            assert "413" not in photo.rpartition("\n")[2]
            assert (await curl("/readyz")).endswith("\n200 2")

        listening = (*as_json, json.dumps(LIVE), "--header", "Accept: text/event-stream")
        assert await proxy.first_line("/graphql", *listening) == "event: next\n"


@pytest.mark.parametrize("proxy", [with_two_servers], indirect=True)
async def test_one_of_two_servers_behind_nginx_is_stopped_and_no_request_fails(
    proxy: Proxy, tmp_path: Path
) -> None:
    quick = {"BOOK_ONLINE_DRAIN_SECONDS": "2", "BOOK_ONLINE_POINTS_PER_CLIENT": "1000000"}
    database = f"sqlite:///{tmp_path / 'clinic.sqlite3'}"
    (tmp_path / "second").mkdir()
    async with (
        running_server(tmp_path, DATABASE_URL=database, **quick) as one,
        running_server(tmp_path / "second", DATABASE_URL=database, **quick) as two,
        proxy.before(f"{one.url} {two.url}"),
        constant_load(f"https://127.0.0.1:{proxy.port}", headers={"host": HOST}, verify=False) as load,
    ):
        await load.grows()
        one.terminate()
        assert await one.process.wait() == 0
        await load.grows()
        await load.end()
    assert load.failures == []


async def test_no_link_of_a_visit_gets_into_a_log(proxy: Proxy, sqlite_url: str) -> None:
    """Neither while the server answers, nor while it is down, of which each proxy has something to say."""
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    secret = "5ec2e7" * 10

    async with live_server(create_app(Settings(sqlite_url), now=lambda: NOW)) as server, proxy.before(server):
        assert (await proxy.curl(f"/visits/{secret}")).endswith("\n404 2")
    assert secret not in proxy.said

    with reserved_port() as nobody:
        async with proxy.before(f"http://127.0.0.1:{nobody}"):
            assert (await proxy.curl(f"/visits/{secret}/move?lang=en"))[-6:] in ("\n502 2", "\n503 2")
    assert secret not in proxy.said


@pytest.mark.parametrize("proxy", [with_access_log], indirect=True)
async def test_the_access_log_on_the_page_shows_no_link_of_a_visit(proxy: Proxy, sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    secret = "5ec2e7" * 10

    async with live_server(create_app(Settings(sqlite_url), now=lambda: NOW)) as server, proxy.before(server):
        for path in (f"/visits/{secret}/move?lang=en", f"/manage%23{secret.upper()}", "/readyz"):
            await proxy.curl(path)

    lines = (proxy.folder / "access").read_text().splitlines()
    assert [line.split()[2] for line in lines] == ["-", "-", "/readyz"]
