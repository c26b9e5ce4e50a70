"""One post to a receiver that may be slow, silent, endless or another host than the URL's."""

import shutil
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from booking.outbound_http.client import CONNECT_SECONDS
from booking.webhooks.client import PATIENCE_SECONDS, DeliveryResult, WebhookClient
from tests.booking.webhooks.receiver import (
    ENDLESS_BODY,
    ENDLESS_HEAD,
    NO_CONTENT,
    NOT_HTTP,
    SILENCE,
    response,
    running_receiver,
)


async def post_to_receiver(sent: bytes, *, patience: float = 15) -> DeliveryResult:
    async with running_receiver() as receiver:
        receiver.responses = [sent]
        return await WebhookClient(to_private=True, patience=patience).post(receiver.url, b"{}", {})


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_a_2xx_status_is_a_success(status: int) -> None:
    result = await post_to_receiver(response(status))
    assert (result.status, result.problem) == (status, None)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 410, 429, 500, 503])
async def test_any_other_status_is_a_failure(status: int) -> None:
    result = await post_to_receiver(response(status))
    assert (result.status, result.problem) == (status, f"answered {status}")


async def test_a_silent_receiver_runs_into_the_timeout() -> None:
    result = await post_to_receiver(SILENCE, patience=0.3)

    assert (result.status, result.problem) == (None, "no answer in 0.3 s")
    assert 300 <= result.milliseconds < 14_000
    assert CONNECT_SECONDS < PATIENCE_SECONDS == 15


async def test_an_endless_body_is_not_read() -> None:
    async with running_receiver() as receiver:
        receiver.responses = [ENDLESS_BODY]
        result = await WebhookClient(to_private=True).post(receiver.url, b"{}", {})
        assert (result.status, result.problem) == (200, None)
        await receiver.hung_up.wait()


async def test_an_endless_head_is_no_answer() -> None:
    result = await post_to_receiver(ENDLESS_HEAD)
    assert (result.status, result.problem) == (None, "no answer that is HTTP")


async def test_no_word_of_a_response_is_repeated() -> None:
    result = await post_to_receiver(NOT_HTTP)
    assert (result.status, result.problem) == (None, "no answer that is HTTP")


async def test_a_refused_connection_is_named() -> None:
    async with running_receiver() as receiver:
        url = receiver.url
    result = await WebhookClient(to_private=True).post(url, b"{}", {})
    assert (result.status, result.problem) == (None, "no connection")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Self-signed, of partner.example; with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command")
    file = tmp_path / "certificate.pem"
    key = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=partner.example", "-addext", "subjectAltName=DNS:partner.example"]
    command: list[str | Path] = [openssl, "req", *key, *name, "-keyout", file, "-out", tmp_path / "only.pem"]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "only.pem").read_text())
    return file


@pytest.mark.parametrize(
    ("host", "is_trusted", "problem"),
    [
        ("partner.example", True, None),
        ("other.example", True, "no connection: Hostname mismatch"),
        ("127.0.0.1", True, "no connection: IP address mismatch"),
        ("partner.example", False, "no connection: self-signed certificate"),
    ],
)
async def test_only_a_host_with_the_certificate_of_the_url_gets_the_message(
    certificate: Path, host: str, is_trusted: bool, problem: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with running_receiver(tls=context) as receiver:
        client = WebhookClient(to_private=True, resolve=loopback)
        result = await client.post(f"https://{host}:{receiver.port}/hook", b"{}", {})

    assert (result.problem or "").startswith(problem or "")
    assert (result.status, len(receiver.requests)) == ((None, 0) if problem else (204, 1))
    assert receiver.responses == [NO_CONTENT]
