"""The networks in which an address counts."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from graphql_api.security.client_address import PREFIXES, TRANSLATED, aggregates, networks_of

ADDRESSES = st.integers(0x2400 << 112, (0x2800 << 112) - 1).map(IPv6Address)
"""Of regions that embed no IPv4 address."""
V4 = st.integers(0, 2**32 - 1).map(IPv4Address)


@given(ADDRESSES, ADDRESSES)
def test_two_addresses_share_a_network_exactly_if_they_share_its_bits(
    one: IPv6Address, other: IPv6Address
) -> None:
    pairs = zip(aggregates(str(one)), aggregates(str(other)), PREFIXES, strict=True)
    for (first, _), (second, _), length in pairs:
        assert (first == second) is (int(one) >> (128 - length) == int(other) >> (128 - length))


@given(ADDRESSES)
def test_each_wider_network_contains_the_narrower_and_may_use_more(address: IPv6Address) -> None:
    names, factors = zip(*aggregates(str(address)), strict=True)
    networks = [IPv6Network(name) for name in names]
    assert address in networks[0]
    assert all(narrow.subnet_of(wide) for narrow, wide in pairwise(networks))
    assert list(factors) == sorted(set(factors))
    # A network may use far less than the sum of the networks in it.
    lengths = [network.prefixlen for network in networks]
    assert all(
        most < narrower * 2 ** (longer - shorter)
        for (narrower, most), (longer, shorter) in zip(pairwise(factors), pairwise(lengths), strict=True)
    )


@given(V4)
def test_an_ipv6_address_that_stands_for_ipv4_is_that_one(address: IPv4Address) -> None:
    number = int(address)
    mapped = IPv6Address((0xFFFF << 32) + number)
    translated = IPv6Address(int(TRANSLATED.network_address) + number)
    six_to_four = IPv6Address((0x2002 << 112) + (number << 80) + 1)
    teredo = IPv6Address((0x20010000 << 96) + (number ^ 0xFFFFFFFF))
    for same in (mapped, translated, six_to_four, teredo):
        assert aggregates(str(same)) == [(str(address), 1)]


@pytest.mark.parametrize("text", ["", "a socket", "1.2.3", "::g", "[::1]"])
def test_a_text_that_is_no_address_stands_for_itself(text: str) -> None:
    assert aggregates(text) == [(text, 1)]


def test_the_zone_of_a_link_local_address_does_not_count() -> None:
    assert aggregates("fe80::1%eth0") == aggregates("fe80::2%eth1")


def test_a_hash_does_not_show_the_address() -> None:
    for address in ("192.0.2.7", "2001:db8:1:2::1"):
        for network in networks_of(Request({"type": "http", "client": (address, 1)})):
            assert address.encode() not in network.hash


def test_requests_without_an_address_are_one_client() -> None:
    assert networks_of(Request({"type": "http", "client": None}))
