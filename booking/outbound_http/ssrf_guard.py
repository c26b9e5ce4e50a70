"""Guards against server-side request forgery: URLs that people give lead to public addresses alone."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from booking.domain.errors import InvalidInput, InvalidInputCode

if TYPE_CHECKING:
    import httpx  # Most clinics have no webhook and no such calendar: without it a server is a tenth smaller.

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, the best first. Raises an OSError where there are none."""

MAX_URL_LENGTH = 2000
HOST = re.compile(rb"[a-z0-9._:-]+")
PUBLIC_IPV6 = IPv6Network("2000::/3")
NOT_PUBLIC = [
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # a cloud's metadata is here
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo is here
        "2001:db8::/32",
        "2002::/16",  # 6to4: leads to any IPv4 address
        "3fff::/20",
    )
]
NAT64 = IPv6Network("64:ff9b::/96")


async def resolve(host: str, port: int) -> list[str]:
    """The host's addresses by the system's resolver."""
    addresses = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in addresses))


def is_public(text: str) -> bool:
    """Whether an address is public, by IANA's registries of special addresses.

    Python's own `is_global` misses multicast, and IPv4 addresses inside of IPv6's, and differs from one
    version to the next.
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address in NAT64:
        address = IPv4Address(int(address) & 0xFFFF_FFFF)
    if isinstance(address, IPv6Address) and address not in PUBLIC_IPV6:
        return False
    return not any(address in block for block in NOT_PUBLIC)


async def resolve_url(
    text: str, resolve: Resolve, *, to_private: bool, example: str
) -> tuple["httpx.URL", Sequence[str]]:
    """The parsed URL, and the addresses of its host. A refusal shows the `example` of a URL that can be used.

    Raises:
        InvalidInput: it is no plain https URL, or its host has no address, or one that is not public.
    """
    try:
        url = _parsed_url(text, to_private=to_private)
        return url, await _addresses(url, resolve, to_private=to_private)
    except InvalidInput as refusal:
        raise replace(refusal, message=f"{refusal.message}; it must look like {example}") from None


async def _addresses(url: "httpx.URL", resolve: Resolve, *, to_private: bool) -> Sequence[str]:
    host = url.raw_host.decode("ascii")
    try:
        addresses = await resolve(host, url.port or 443)
    except (OSError, UnicodeError):  # names that are too long for the system's codec
        addresses = []
    if not addresses:
        raise _invalid_url(f"{host} can't be found", InvalidInputCode.UNKNOWN)
    if not to_private and not all(is_public(address) for address in addresses):
        # The message must not reveal the address.
        raise _invalid_url(f"{host} is in a private network", InvalidInputCode.OUT_OF_RANGE)
    return addresses


def _parsed_url(text: str, *, to_private: bool) -> "httpx.URL":
    import httpx

    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise _invalid_url("This is not a URL") from None
    schemes = ("https", "http") if to_private else ("https",)
    is_port = url.port is None or 0 < url.port < 2**16
    if len(text) > MAX_URL_LENGTH:
        raise _invalid_url("The URL can't be used", InvalidInputCode.TOO_LONG)
    if url.scheme not in schemes or not (HOST.fullmatch(url.raw_host) and is_port):
        raise _invalid_url("The URL can't be used")
    if url.userinfo or url.fragment:
        raise _invalid_url("The URL must hold neither a password nor a fragment (#)")
    return url


def _invalid_url(problem: str, code: InvalidInputCode = InvalidInputCode.WRONG_FORMAT) -> InvalidInput:
    return InvalidInput(problem, path=("url",), code=code)
