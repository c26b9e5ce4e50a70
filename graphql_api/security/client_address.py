"""Telling clients apart, so that no one takes too much; never who they are."""

import hashlib
from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

IPV6_PREFIX_LENGTH = 64
"""A household has as many addresses of IPv6 as it likes, with so many bits in common."""


def client_hash(request: Request) -> bytes:
    """A hash of the address that the server, or a proxy that it trusts, saw the request come from."""
    address = request.client.host if request.client else ""
    return hashlib.sha256(_network(address).encode()).digest()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, IPV6_PREFIX_LENGTH), strict=False))
