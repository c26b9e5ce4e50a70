"""A receiver may be slow, silent, endless or somebody else; it costs us little, and is told nothing twice."""

import shutil
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from booking.webhooks.client import CONNECT_SECONDS, PATIENCE_SECONDS, DeliveryResult, WebhookClient
from tests.booking.webhooks.receiver import (
    ENDLESS_BODY,
    ENDLESS_HEAD,
    NOT_HTTP,
    SILENCE,
    TAKEN,
    receiving,
    saying,
)


async def answered(said: bytes, *, patience: float = 15) -> DeliveryResult:
    async with receiving() as receiver:
        receiver.answers = [said]
        return await WebhookClient(to_private=True, patience=patience).post(receiver.url, b"{}", {})


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_2xx_is_taken(status: int) -> None:
    answer = await answered(saying(status))
    assert (answer.status, answer.problem) == (status, None)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 410, 429, 500, 503])
async def test_all_else_is_not(status: int) -> None:
    answer = await answered(saying(status))
    assert (answer.status, answer.problem) == (status, f"answered {status}")


async def test_a_silent_receiver_is_not_waited_for_for_ever() -> None:
    answer = await answered(SILENCE, patience=0.3)

    assert (answer.status, answer.problem) == (None, "no answer in 0.3 s")
    assert 300 <= answer.milliseconds < 5000
    assert CONNECT_SECONDS < PATIENCE_SECONDS == 15


async def test_an_endless_answer_is_not_listened_to() -> None:
    async with receiving() as receiver:
        receiver.answers = [ENDLESS_BODY]
        answer = await WebhookClient(to_private=True).post(receiver.url, b"{}", {})
        assert (answer.status, answer.problem) == (200, None)
        await receiver.hung_up.wait()


async def test_an_endless_head_of_an_answer_is_no_answer() -> None:
    answer = await answered(ENDLESS_HEAD)
    assert (answer.status, answer.problem) == (None, "no answer that is HTTP")


async def test_what_a_receiver_says_is_never_repeated() -> None:
    answer = await answered(NOT_HTTP)
    assert (answer.status, answer.problem) == (None, "no answer that is HTTP")


async def test_nobody_there_is_said_so() -> None:
    async with receiving() as receiver:
        url = receiver.url
    answer = await WebhookClient(to_private=True).post(url, b"{}", {})
    assert (answer.status, answer.problem) == (None, "no connection")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of partner.example, signed by nobody else; with its key."""
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
async def test_only_the_host_that_was_meant_gets_the_message(
    certificate: Path, host: str, is_trusted: bool, problem: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with receiving(tls=context) as receiver:
        sender = WebhookClient(to_private=True, resolve=loopback)
        answer = await sender.post(f"https://{host}:{receiver.port}/hook", b"{}", {})

    assert (answer.problem or "").startswith(problem or "")
    assert (answer.status, len(receiver.requests)) == ((None, 0) if problem else (204, 1))
    assert receiver.answers == [TAKEN]
