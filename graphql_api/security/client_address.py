"""A client's address, and its networks as hashes, which limit its rate and do not identify a person."""

import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

PREFIXES = {64: 1, 56: 2, 48: 4}
"""The lengths of the IPv6 prefixes that are limited, with the factor of each one's limit.

A network of IPv6 has any number of addresses, which share 64 bits; a household has up to 256 such
networks (a /56), and a company 65,536 of them (a /48).
"""
TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last 32 bits are an IPv4 address."""


@dataclass(frozen=True)
class Network:
    """A network by a hash; `factor` is how many times the limit of one client it may use."""

    hash: bytes
    factor: int


def client_address(request: Request) -> str:
    """The address that the server, or a proxy that it trusts, received the request from.

    An IPv6 address that stands for one of IPv4 is that one. Behind a socket without addresses: `unknown`.
    """
    address = request.client.host if request.client else ""
    return str(_parsed(address) or address) or "unknown"


def networks_of(request: Request) -> tuple[Network, ...]:
    """The networks of the address that the server, or a proxy that it trusts, received the request from.

    The narrowest comes first.
    """
    address = request.client.host if request.client else ""
    return tuple(
        Network(hashlib.sha256(name.encode()).digest(), factor) for name, factor in aggregates(address)
    )


def aggregates(address: str) -> list[tuple[str, int]]:
    """The networks that an address counts in, the narrowest first, with the factors of their limits.

    An IPv6 address that stands for one of IPv4 is that one. A text that is no address stands for itself.
    """
    parsed = _parsed(address)
    if parsed is None:
        return [(address, 1)]
    if isinstance(parsed, IPv4Address):
        return [(str(parsed), 1)]
    return [
        (str(IPv6Network((int(parsed), length), strict=False)), factor) for length, factor in PREFIXES.items()
    ]


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (isinstance(parsed, IPv6Address) and _embedded_ipv4(parsed)) or parsed


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The client's IPv4 address in a mapped, translated (NAT64), 6to4 or Teredo address."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if IPv6Address(int(address)) in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        return address.teredo[1]
    return address.sixtofour
