"""JSON from a provider's server, which may answer anything, at any length, or never."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from booking.staff.refusals import ProviderUnavailable

if TYPE_CHECKING:
    import httpx  # It is loaded with the first sign-in at a provider.

PATIENCE_SECONDS = 8.0
"""For a whole exchange, from resolving the host to the last byte."""
MAX_BYTES = 256 * 1024
"""A provider's metadata and keys have about ten thousand."""


@dataclass(frozen=True)
class JsonAnswer:
    """`body` is the object that was sent; anything else than an object was refused."""

    status: int
    body: Mapping[str, Any]


async def get_json(url: str) -> Mapping[str, Any]:
    """
    Raises:
        ProviderUnavailable: it doesn't answer in time, or not with an object in JSON.
    """
    answer = await _send("GET", url)
    if answer.status != HTTPStatus.OK:
        raise ProviderUnavailable(detail=f"{url} answers {answer.status}")
    return answer.body


async def post_form(url: str, form: Mapping[str, str], basic: tuple[str, str] | None = None) -> JsonAnswer:
    """Whatever the status of the answer is. `basic` is a name and a password, of HTTP.

    Raises:
        ProviderUnavailable: it doesn't answer in time, or not with an object in JSON.
    """
    return await _send("POST", url, data=form, auth=basic)


async def _send(method: str, url: str, **more: Any) -> JsonAnswer:
    import httpx

    try:
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            httpx.AsyncClient(
                trust_env=False,
                follow_redirects=False,  # It may lead elsewhere.
                timeout=PATIENCE_SECONDS,
                headers={"user-agent": "Book-Online", "accept": "application/json"},
            ) as client,
            client.stream(method, url, **more) as response,
        ):
            return JsonAnswer(response.status_code, _object_in(await _limited(response), url))
    except TimeoutError:
        raise ProviderUnavailable(detail=f"{url} doesn't answer in {PATIENCE_SECONDS:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as reason:
        raise ProviderUnavailable(detail=f"{url}: {type(reason).__name__}") from reason


async def _limited(response: "httpx.Response") -> bytes:
    body = bytearray()
    # Decompressed bytes are counted: a short body may be long.
    async for chunk in response.aiter_bytes(16 * 1024):
        body += chunk
        if len(body) > MAX_BYTES:
            raise ProviderUnavailable(detail=f"{response.url} answers more than {MAX_BYTES} bytes")
    return bytes(body)


def _object_in(body: bytes, url: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderUnavailable(detail=f"{url} doesn't answer in JSON")
    return found
