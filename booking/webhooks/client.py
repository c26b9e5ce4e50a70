"""Posts a message to a URL that a partner has chosen."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from booking.domain.errors import InvalidInput
from booking.outbound_http.client import NoAnswer, OutboundClient, OutboundRequest
from booking.outbound_http.ssrf_guard import Resolve, resolve

PATIENCE_SECONDS = 15.0
"""For a whole delivery: resolving the host, connecting, sending, and the head of the response."""
EXAMPLE = "https://partner.example/hook"


@dataclass(frozen=True)
class DeliveryResult:
    """`status` is None without a response, `problem` is None when the message was taken."""

    status: int | None
    problem: str | None
    milliseconds: int


class WebhookClient:
    """Posts to public addresses by https; to private ones, and by http, only in development and in tests."""

    def __init__(
        self, *, to_private: bool = False, resolve: Resolve = resolve, patience: float = PATIENCE_SECONDS
    ) -> None:
        """`patience` is in seconds."""
        self._outbound = OutboundClient(
            to_private=to_private, resolve=resolve, patience=patience, example=EXAMPLE
        )

    async def check(self, url: str) -> None:
        """Check that messages may be sent to the URL.

        Raises:
            InvalidInput: there is no such host, its address is private, or the URL is not https.
        """
        await self._outbound.check(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> DeliveryResult:
        """Never raises, follows no redirect, and reads no word of the response, which may hold anything."""
        loop = asyncio.get_running_loop()
        started_at, status = loop.time(), None
        try:
            answer = await self._outbound.send(OutboundRequest("POST", url, headers, body))
            status = answer.status
            problem = None if 200 <= status < 300 else f"answered {status}"
        except InvalidInput as error:
            problem = error.message
        except NoAnswer as error:
            problem = error.problem
        return DeliveryResult(status, problem, round((loop.time() - started_at) * 1000))
