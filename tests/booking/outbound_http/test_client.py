"""One question to a server that may answer at any length, in any encoding, slowly, or send us elsewhere."""

import gzip
from base64 import b64encode
from collections.abc import Sequence

import pytest

from booking.outbound_http.client import NoAnswer, NoAnswerCode, OutboundClient, OutboundRequest
from tests.booking.webhooks.receiver import ENDLESS_BODY, Receiver, response, running_receiver


def client(patience: float = 5) -> OutboundClient:
    return OutboundClient(to_private=True, patience=patience, example="https://partner.example/")


def answer_with(body: bytes, head: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def asked(receiver: Receiver, **more: object) -> bytes:
    request = OutboundRequest("GET", receiver.url, max_bytes=1000, **more)  # type: ignore[arg-type]
    return (await client().send(request)).body


async def test_a_body_within_the_limit_is_read_whole() -> None:
    async with running_receiver() as receiver:
        receiver.responses = [answer_with(b"x" * 1000)]
        assert await asked(receiver) == b"x" * 1000
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("sent", [answer_with(b"x" * 1001), ENDLESS_BODY])
async def test_a_body_beyond_the_limit_is_no_answer(sent: bytes) -> None:
    async with running_receiver() as receiver:
        receiver.responses = [sent]
        with pytest.raises(NoAnswer, match="more than 1000 bytes") as refused:
            await asked(receiver)
    assert refused.value.code is NoAnswerCode.TOO_LONG


async def test_a_compressed_body_is_no_answer_since_it_may_be_endless() -> None:
    async with running_receiver() as receiver:
        receiver.responses = [answer_with(gzip.compress(bytes(10**6)), "content-encoding: gzip\r\n")]
        with pytest.raises(NoAnswer, match="encoding"):
            await asked(receiver)


async def test_a_body_that_never_ends_in_time_is_no_answer() -> None:
    async with running_receiver() as receiver:
        receiver.responses = [b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it"]
        request = OutboundRequest("GET", receiver.url, max_bytes=1000)
        with pytest.raises(NoAnswer, match=r"no answer") as refused:
            await client().send(request, patience=0.3)
    assert refused.value.code in (NoAnswerCode.TIMEOUT, NoAnswerCode.NOT_HTTP)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_followed_as_often_as_allowed(status: int) -> None:
    async with running_receiver() as receiver:
        moved = response(status, "location: /there?key=1\r\n")
        receiver.responses = [moved, answer_with(b"found")]
        assert await asked(receiver, redirects=1) == b"found"
        assert [each.line for each in receiver.requests] == [
            "GET /hook HTTP/1.1", "GET /there?key=1 HTTP/1.1",
        ]  # fmt: skip
        receiver.responses = [moved]
        final = await client().send(OutboundRequest("GET", receiver.url, max_bytes=1000, redirects=3))
    assert (final.status, final.body, len(receiver.requests)) == (status, b"", 6)


async def test_a_method_outlives_a_redirect_unless_another_is_to_be_looked_at() -> None:
    async with running_receiver() as receiver:
        for status in (302, 303):
            receiver.responses = [response(status, "location: /there\r\n"), answer_with(b"")]
            await client().send(OutboundRequest("PROPFIND", receiver.url, body=b"<x/>", redirects=1))
    methods = [each.line.partition(" ")[0] for each in receiver.requests]
    assert methods == ["PROPFIND", "PROPFIND", "PROPFIND", "GET"]


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://partner.example/", "http://me:pw@partner.example/"],
)
async def test_a_redirect_to_what_may_not_be_asked_is_no_answer(location: str) -> None:
    async with running_receiver() as receiver:
        receiver.responses = [response(302, f"location: {location}\r\n")]
        with pytest.raises(NoAnswer, match="redirects to") as refused:
            await asked(receiver, redirects=1)
    assert refused.value.code is NoAnswerCode.REDIRECT
    assert len(receiver.requests) == 1


async def test_a_redirect_to_what_is_no_url_is_no_http() -> None:
    async with running_receiver() as receiver:
        receiver.responses = [response(302, "location: http://[::1\r\n")]
        with pytest.raises(NoAnswer, match="no answer that is HTTP"):
            await asked(receiver, redirects=1)


async def test_each_redirect_is_resolved_and_checked_like_the_first_url() -> None:
    async def only_once(host: str, port: int) -> Sequence[str]:
        if host != "partner.example":
            raise OSError("no such name")
        return ["127.0.0.1"]

    guarded = OutboundClient(
        to_private=True, resolve=only_once, patience=5, example="https://partner.example/"
    )
    async with running_receiver() as receiver, running_receiver() as inside:
        receiver.responses = [response(302, f"location: http://inside.example:{inside.port}/\r\n")]
        url = f"http://partner.example:{receiver.port}/"
        with pytest.raises(NoAnswer, match="may not be asked"):
            await guarded.send(OutboundRequest("GET", url, redirects=1))
    assert inside.requests == []


async def test_credentials_are_sent_to_the_server_of_the_url_alone() -> None:
    async with running_receiver() as receiver, running_receiver() as other:
        receiver.responses = [response(302, "location: /a\r\n"), response(302, f"location: {other.url}\r\n")]
        await asked(receiver, redirects=2, credentials=("ann", "pass:wörd"))
    basic = "Basic " + b64encode("ann:pass:wörd".encode()).decode()
    assert [each.headers.get("authorization") for each in receiver.requests] == [basic, basic]
    assert [each.headers.get("authorization") for each in other.requests] == [None]


def test_neither_a_request_nor_an_answer_shows_its_secrets() -> None:
    request = OutboundRequest("GET", "https://cal.example/secret-part", credentials=("ann", "pass-word"))
    assert "secret-part" not in repr(request)
    assert "pass-word" not in repr(request)
