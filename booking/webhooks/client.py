"""Posts a message to a URL that a partner has chosen."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.webhooks.ssrf_guard import Resolve, resolve, resolve_url

if TYPE_CHECKING:
    import httpx  # It is loaded with the first webhook; see `ssrf_guard`.

PATIENCE_SECONDS = 15.0
"""For a whole delivery: resolving the host, connecting, sending, and the head of the response."""
CONNECT_SECONDS = 5.0
MAX_ADDRESSES = 3


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
        self._to_private = to_private
        self._resolve = resolve
        self._patience = patience

    async def check(self, url: str) -> None:
        """Check that messages may be sent to the URL.

        Raises:
            InvalidInput: there is no such host, its address is private, or the URL is not https.
        """
        try:
            async with asyncio.timeout(self._patience):
                await resolve_url(url, self._resolve, to_private=self._to_private)
        except TimeoutError:
            raise InvalidInput(
                "Nobody could say in time where this URL leads to.",
                path=("url",),
                code=InvalidInputCode.UNKNOWN,
            ) from None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> DeliveryResult:
        """Never raises, and never repeats a word of the response, which may hold anything."""
        import httpx

        loop = asyncio.get_running_loop()
        started_at, status = loop.time(), None
        try:
            async with asyncio.timeout(self._patience):
                status = await self._post(url, body, headers)
            problem = None if 200 <= status < 300 else f"answered {status}"
        except InvalidInput as error:
            problem = error.message
        except TimeoutError:
            problem = f"no answer in {self._patience:g} s"
        except (httpx.ConnectError, httpx.ConnectTimeout) as reason:
            problem = _connection_problem(reason)
        except (httpx.HTTPError, OSError):
            problem = "no answer that is HTTP"
        return DeliveryResult(status, problem, round((loop.time() - started_at) * 1000))

    async def _post(self, text: str, body: bytes, headers: Mapping[str, str]) -> int:
        import httpx

        url, addresses = await resolve_url(text, self._resolve, to_private=self._to_private)
        *others, last = addresses[:MAX_ADDRESSES]
        for address in others:
            try:
                return await self._post_to(address, url, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                pass  # Nothing was sent yet.
        return await self._post_to(last, url, body, headers)

    async def _post_to(self, address: str, url: "httpx.URL", body: bytes, headers: Mapping[str, str]) -> int:
        """Post to the very address that was checked: the name, looked up again, might lead elsewhere."""
        import httpx

        # No pool: a connection could be reused for another name at the same address.
        transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)
        async with httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            headers={"user-agent": "Book-Online"},
        ) as client:
            host = url.raw_host.decode("ascii")
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers={**headers, "host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": host},  # the name that the certificate must have
            )
            response = await client.send(request, stream=True)
            await response.aclose()  # The body may be endless.
            return response.status_code

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _connection_problem(reason: BaseException | None) -> str:
    while reason is not None:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return f"no connection: {reason.verify_message}"
        reason = reason.__cause__ or reason.__context__
    return "no connection"
