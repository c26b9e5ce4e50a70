"""A hash of the client's network, to limit its rate; it does not identify a person."""

import hashlib
from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

IPV6_PREFIX_LENGTH = 64
"""A household has any number of IPv6 addresses, which share this many bits."""


def client_hash(request: Request) -> bytes:
    """The hash of the address that the server, or a proxy that it trusts, received the request from."""
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
