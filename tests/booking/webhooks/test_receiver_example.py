"""The receiver in docs/how-to/webhooks.md works as the page says."""

import asyncio
import re
import sys
import uuid
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from booking.domain.events import WEBHOOK_EVENTS
from booking.outbox.relay import RETRY_DELAYS
from booking.webhooks.client import WebhookClient
from booking.webhooks.payload import PING, signed_headers, webhook_message
from booking.webhooks.secrets import new_secret
from tests.support.live_server import reserved_port

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "webhooks.md").read_text("utf-8")
SECRET = new_secret()


@pytest.fixture
async def example(tmp_path: Path) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """The URL of the example, which runs; and what it prints."""
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "receiver.py").write_text(source, "utf-8")
    with reserved_port() as port:
        process = await create_subprocess_exec(
            *(sys.executable, str(tmp_path / "receiver.py")),
            env={"WEBHOOK_SECRET": SECRET, "PORT": str(port)},
            stdout=PIPE,
            stderr=PIPE,
        )
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{port}/", process.stdout
        finally:
            process.kill()
            await process.communicate()


async def test_the_example_takes_a_signed_event_once_and_nothing_else(
    example: tuple[str, asyncio.StreamReader],
) -> None:
    url, printed = example
    now = datetime.now(UTC)
    booked = webhook_message(uuid.uuid4(), "appointment.booked", now, {})
    cancelled = webhook_message(uuid.uuid4(), "appointment.cancelled", now, {})

    async def post(body: bytes, headers: dict[str, str]) -> int | None:
        return (await WebhookClient(to_private=True).post(url, body, headers)).status

    headers = signed_headers(booked, [SECRET], now=now)
    async with asyncio.timeout(20):
        # It is another process, which gives no sign when it is ready.
        while (status := await post(booked.body, headers)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert status == 204
    assert await post(booked.body, signed_headers(booked, [new_secret(), SECRET], now=now)) == 204
    assert await post(booked.body, signed_headers(booked, [new_secret()], now=now)) == 400
    assert await post(booked.body, signed_headers(booked, [SECRET], now=now - timedelta(minutes=6))) == 400
    assert await post(booked.body.replace(b"booked", b"moved"), headers) == 400
    assert await post(booked.body, headers | {"webhook-id": str(uuid.uuid4())}) == 400
    assert await post(cancelled.body, signed_headers(cancelled, [SECRET], now=now)) == 204

    lines = [(await printed.readline()).decode().strip() for _ in range(2)]
    assert lines == ["appointment.booked", "appointment.cancelled"]


def test_the_page_names_every_event_and_every_retry_delay() -> None:
    for kind in (*WEBHOOK_EVENTS, PING):
        assert f"| `{kind}` |" in PAGE
    first_day, later = RETRY_DELAYS[:7], RETRY_DELAYS[7:]
    assert [wait.total_seconds() for wait in first_day] == [10, 60, 300, 1800, 7200, 6 * 3600, 16 * 3600]
    assert later == [timedelta(hours=12)] * 6
    assert "10 seconds, 1, 5 and 30 minutes, 2, 6 and 16 hours, and then every 12 hours, six times" in PAGE
