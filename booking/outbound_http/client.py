"""Requests to servers that a partner or a member of the staff has named, within limits of time and size."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.outbound_http.ssrf_guard import Resolve, resolve, resolve_url
from booking.tracing import span

if TYPE_CHECKING:
    import httpx  # It is loaded with the first request; see `ssrf_guard`.

CONNECT_SECONDS = 5.0
MAX_ADDRESSES = 3
CHUNK_BYTES = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}


class NoAnswerCode(StrEnum):
    TIMEOUT = "timeout"
    NO_CONNECTION = "no-connection"
    NOT_HTTP = "not-http"
    TOO_LONG = "too-long"
    REDIRECT = "redirect"


@dataclass
class NoAnswer(Exception):
    """Nothing that can be used was answered.

    `problem` repeats no word of the answer, which may hold anything.
    """

    code: NoAnswerCode
    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True)
class OutboundRequest:
    """A request. `max_bytes` of the answer's body are read; with 0 none of it.

    `redirects` is how many are followed, each to an address that may be asked. `credentials`, a name and a
    password, are sent to the URL's own scheme, host and port alone.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    max_bytes: int = 0
    redirects: int = 0


@dataclass(frozen=True)
class OutboundAnswer:
    """`url` is that of the last redirect. The names of `headers` are in lower case."""

    status: int
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class OutboundClient:
    """Asks public addresses by https; private ones, and by http, only where `to_private` says so."""

    def __init__(
        self,
        *,
        patience: float,
        example: str,
        to_private: bool = False,
        resolve: Resolve = resolve,
    ) -> None:
        """`patience` is in seconds, for a whole exchange: resolving the host, connecting, and all redirects.

        `example` is a URL as it should be, which refusals show.
        """
        self._patience = patience
        self._example = example
        self._to_private = to_private
        self._resolve = resolve

    async def check(self, url: str) -> None:
        """Check that the URL may be asked.

        Raises:
            InvalidInput: there is no such host, its address is private, or the URL is not https.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._resolved(url)
        except TimeoutError:
            raise InvalidInput(
                "Nobody could say in time where this URL leads to.",
                path=("url",),
                code=InvalidInputCode.UNKNOWN,
            ) from None

    async def send(self, request: OutboundRequest, *, patience: float | None = None) -> OutboundAnswer:
        """Any answer, whatever its status. `patience` replaces the client's.

        Raises:
            InvalidInput: the URL may not be asked.
            NoAnswer: nothing was answered in time, it is no HTTP, too long, or a redirect leads nowhere.
        """
        import httpx

        seconds = self._patience if patience is None else patience
        try:
            with span("outbound request", {"http.request.method": request.method}) as traced:
                async with asyncio.timeout(seconds):
                    answer = await self._follow(request)
                traced.set("http.response.status_code", answer.status)
                return answer
        except TimeoutError:
            raise NoAnswer(NoAnswerCode.TIMEOUT, f"no answer in {seconds:g} s") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as reason:
            raise NoAnswer(NoAnswerCode.NO_CONNECTION, _connection_problem(reason)) from None
        except (httpx.HTTPError, OSError):
            raise NoAnswer(NoAnswerCode.NOT_HTTP, "no answer that is HTTP") from None

    async def _follow(self, request: OutboundRequest) -> OutboundAnswer:
        method, text, origin = request.method, request.url, None
        for left in range(request.redirects, -1, -1):
            try:
                url, addresses = await self._resolved(text)
            except InvalidInput:
                if origin is None:
                    raise
                problem = "redirects to an address that may not be asked"
                raise NoAnswer(NoAnswerCode.REDIRECT, problem) from None
            origin = origin or _origin(url)
            headers = dict(request.headers)
            if request.credentials and _origin(url) == origin:
                headers["authorization"] = _basic(*request.credentials)
            answer = await self._first_that_connects(method, url, addresses, headers, request)
            if not left or answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            text = str(url.join(answer.headers["location"]))  # httpx has refused one that is no URL
            method = "GET" if answer.status == 303 else method
        raise AssertionError("the last answer is returned")

    async def _resolved(self, text: str) -> tuple["httpx.URL", list[str]]:
        url, addresses = await resolve_url(
            text, self._resolve, to_private=self._to_private, example=self._example
        )
        return url, list(addresses[:MAX_ADDRESSES])

    async def _first_that_connects(
        self,
        method: str,
        url: "httpx.URL",
        addresses: list[str],
        headers: Mapping[str, str],
        request: OutboundRequest,
    ) -> OutboundAnswer:
        import httpx

        *others, last = addresses
        for address in others:
            try:
                return await self._ask(method, url, address, headers, request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                pass  # Nothing was sent yet.
        return await self._ask(method, url, last, headers, request)

    async def _ask(
        self,
        method: str,
        url: "httpx.URL",
        address: str,
        headers: Mapping[str, str],
        request: OutboundRequest,
    ) -> OutboundAnswer:
        """Ask the very address that was checked: the name, looked up again, might lead elsewhere."""
        import httpx

        # No pool: a connection could be reused for another name at the same address.
        transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)
        async with httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            # Decompressed, a short body may be endless.
            headers={"user-agent": "Book-Online", "accept-encoding": "identity"},
        ) as client:
            built = client.build_request(
                method,
                url.copy_with(host=address),
                content=request.body or None,
                headers={**headers, "host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": url.raw_host.decode("ascii")},  # as the certificate must have it
            )
            response = await client.send(built, stream=True)
            try:
                body = await _limited(response, request.max_bytes)
            finally:
                await response.aclose()  # The rest of the body may be endless.
            return OutboundAnswer(response.status_code, str(url), dict(response.headers), body)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


async def _limited(response: "httpx.Response", max_bytes: int) -> bytes:
    if not max_bytes or response.status_code in REDIRECTS:
        return b""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise NoAnswer(NoAnswerCode.NOT_HTTP, "answers in an encoding that was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw(CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            raise NoAnswer(NoAnswerCode.TOO_LONG, f"answers more than {max_bytes} bytes")
    return bytes(body)


def _origin(url: "httpx.URL") -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port


def _basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


def _connection_problem(reason: BaseException | None) -> str:
    while reason is not None:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return f"no connection: {reason.verify_message}"
        reason = reason.__cause__ or reason.__context__
    return "no connection"
