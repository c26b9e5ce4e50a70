"""Tokens that prove nothing, keys that change, and providers that answer anything, too much, or never."""

import asyncio
import gzip
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial

import pytest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from booking.staff.openid import bounded_http
from tests.booking.staff.openid_provider import Claims, Provider, encoded, rsa_key
from tests.desk.access.openid.conftest import OpenIdDesk

METADATA = "/.well-known/openid-configuration"
DAY = int(timedelta(days=1).total_seconds())

UNAVAILABLE = "The other site doesn’t answer as it should just now."
LETS_NOBODY_IN = "This doesn’t let anybody in."


def with_claims(**other: object) -> Callable[[Provider, Claims], object]:
    return lambda provider, claims: provider.signed(claims | other)


def without(name: str) -> Callable[[Provider, Claims], object]:
    return lambda provider, claims: provider.signed({key: claims[key] for key in claims if key != name})


def in_time(**seconds: int) -> Callable[[Provider, Claims], object]:
    return lambda provider, claims: provider.signed(
        claims | {name: int(provider.now.timestamp()) + more for name, more in seconds.items()}
    )


def unsigned(_provider: Provider, claims: Claims) -> object:
    return f"{encoded_json({'alg': 'none', 'kid': 'first'})}.{encoded_json(claims)}."


def keyed_by_the_public_key(provider: Provider, claims: Claims) -> object:
    public = provider.key.as_pem(private=False)
    signing_input = f"{encoded_json({'alg': 'HS256', 'kid': 'first'})}.{encoded_json(claims)}"
    return f"{signing_input}.{encoded(hmac.digest(public, signing_input.encode(), 'sha256'))}"


def changed(provider: Provider, claims: Claims) -> object:
    header, _, signature = provider.signed(claims).split(".")
    return f"{header}.{encoded_json(claims | {'sub': '2'})}.{signature}"


def encoded_json(part: object) -> str:
    return encoded(json.dumps(part).encode())


BAD_TOKENS: dict[str, Callable[[Provider, Claims], object]] = {
    "for another client": with_claims(aud="another"),
    "for nobody": with_claims(aud=[]),
    "for several, of another client": with_claims(aud=["book-online", "another"], azp="another"),
    "for several, of nobody": with_claims(aud=["book-online", "another"]),
    "of another client": with_claims(azp="another"),
    "of another issuer": with_claims(iss="https://evil.example"),
    "of several issuers": lambda provider, claims: provider.signed(
        claims | {"iss": [provider.url, "https://evil.example"]}
    ),
    "expired": in_time(iat=-DAY, exp=-61),
    "of tomorrow": in_time(iat=DAY, exp=2 * DAY),
    "not valid yet": in_time(nbf=DAY),
    "for ever": with_claims(exp=float("nan")),
    "expires in words": with_claims(exp="never"),
    "of another request": with_claims(nonce="another"),
    "of many requests": with_claims(nonce=["another"]),
    **{f"without {name}": without(name) for name in ("iss", "aud", "sub", "exp", "iat", "nonce")},
    "of a number": with_claims(sub=1),
    "of no one": with_claims(sub=""),
    "of a long name": with_claims(sub="1" * 256),
    "of a strange name": with_claims(sub="1\0"),
    "without a signature": unsigned,
    "with a key that all know": keyed_by_the_public_key,
    "with a key of somebody else": lambda provider, claims: provider.signed(
        claims, rsa_key("another"), kid="first"
    ),
    "changed": changed,
    "none": lambda _provider, _claims: None,
    "a list": lambda _provider, _claims: [1],
    "no token": lambda _provider, _claims: "no token",
    "empty": lambda _provider, _claims: "",
    "long": lambda _provider, _claims: "a.b." + "c" * 200_000,
    "of a claim that is long": with_claims(more="a" * 150_000),
    "no object": lambda provider, _claims: provider.signed([]),
    "must be understood": lambda provider, claims: provider.signed(claims, crit=["evil"], evil=True),
}


async def test_no_bad_token_lets_anybody_in(openid: OpenIdDesk) -> None:
    await openid.member()
    for number, (name, made) in enumerate(BAD_TOKENS.items()):
        browser = await openid.desk.browser(address=f"192.0.2.{number}")
        openid.provider.token = partial(made, openid.provider)

        page = await openid.told(browser, await openid.answer(browser))

        assert LETS_NOBODY_IN in page, name
        assert (await browser.get("/desk/account")).status_code == 303, name
    # The same, without a lie.
    openid.provider.token = None
    assert (await openid.answer(await openid.desk.browser())).headers["location"] == "/desk/day"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["book-online"]},
        {"aud": ["book-online", "another"], "azp": "book-online"},
        {"azp": "book-online"},
    ],
    ids=["a-list", "several", "azp"],
)
async def test_a_good_token_may_look_otherwise(openid: OpenIdDesk, claims: Claims) -> None:
    await openid.member()
    at = int(openid.provider.now.timestamp())
    late = {"iat": at - 330, "exp": at - 30}  # The clocks differ by half a minute.
    openid.provider.token = lambda made: openid.provider.signed(made | late | claims, typ="JWT", own="header")

    assert (await openid.answer(await openid.desk.browser())).headers["location"] == "/desk/day"


async def test_keys_are_fetched_once_and_again_for_one_that_is_new(openid: OpenIdDesk) -> None:
    await openid.member()
    for _ in range(2):
        await openid.answer(await openid.desk.browser())
    assert [openid.provider.asked.count(path) for path in (METADATA, "/jwks")] == [1, 1]

    openid.provider.key = rsa_key("second")
    browser = await openid.desk.browser()
    assert (await openid.answer(browser)).headers["location"] == "/desk/day"
    assert openid.provider.asked.count("/jwks") == 2

    openid.provider.keys = [rsa_key("second")]
    openid.provider.key = rsa_key("third")
    other = await openid.desk.browser()
    assert LETS_NOBODY_IN in await openid.told(other, await openid.answer(other))
    assert openid.provider.asked.count("/jwks") == 3

    openid.desk.clock.now += timedelta(hours=1)
    await openid.begin(await openid.desk.browser())
    assert openid.provider.asked.count(METADATA) == 2


async def test_a_provider_may_want_the_secret_in_the_form(openid: OpenIdDesk) -> None:
    await openid.member()
    openid.provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert (await openid.answer(await openid.desk.browser())).headers["location"] == "/desk/day"


def without_end() -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(10 * 1024):
            yield b" " * 1024

    return StreamingResponse(body(), media_type="application/json")


def small_and_long() -> Response:
    body = gzip.compress(b'{"a": "' + b" " * 10_000_000 + b'"}')
    return Response(body, headers={"content-encoding": "gzip"}, media_type="application/json")


BAD_ANSWERS: dict[str, Callable[[], Response]] = {
    "HTML": lambda: HTMLResponse("<h1>It works!</h1>"),
    "10 MB": without_end,
    "10 MB, compressed": small_and_long,
    "not compressed": lambda: Response(b"{}", headers={"content-encoding": "gzip"}),
    "a list": lambda: JSONResponse([]),
    "deep": lambda: Response("[" * 100_000),
    "nothing": lambda: Response(b""),
    "not text": lambda: Response(b"\xff\xfe\x00"),
    "a failure": lambda: JSONResponse({}, 500),
    "to somewhere else": lambda: RedirectResponse("/elsewhere", 307),
}


async def test_whatever_the_provider_answers_other_ways_remain(openid: OpenIdDesk) -> None:
    await openid.member()
    browser = await openid.desk.browser()
    tried = 0
    # The token's first: the others are kept once they were good.
    for path in (METADATA, "/token", "/jwks"):
        for name, made in BAD_ANSWERS.items():
            openid.provider.answers = {path: made}
            answer = await browser.get("/desk/sign-in/openid")
            if path != METADATA:
                answer = await browser.get(await openid.at_provider(answer.headers["location"]))

            page = await openid.told(browser, answer)

            assert UNAVAILABLE in page, (path, name)
            assert 'action="/desk/sign-in/password' in page
            tried += 1
        openid.provider.answers = {}
        if path == METADATA:
            await openid.begin(browser)
    # More often than ten times, and none of them was the person's fault.
    assert (tried, openid.provider.asked.count("/elsewhere")) == (30, 0)
    assert (await openid.answer(browser)).headers["location"] == "/desk/day"


BAD_METADATA: list[Claims] = [
    {"issuer": "https://evil.example"},
    {"issuer": None},
    {"authorization_endpoint": "http://evil.example/authorize"},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "https://login.example/\r\nx: y"},
    {"token_endpoint": "http://evil.example/token"},
    {"token_endpoint": "https://user@evil.example/token"},
    {"token_endpoint": ["https://evil.example"]},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": "https://[evil"},
    {"jwks_uri": "https://evil.example:port/"},
    {"jwks_uri": None},
]


async def test_metadata_of_another_or_to_be_listened_to_are_refused(openid: OpenIdDesk) -> None:
    browser = await openid.desk.browser()
    for metadata in BAD_METADATA:
        openid.provider.metadata = metadata

        answer = await browser.get("/desk/sign-in/openid")

        assert UNAVAILABLE in await openid.told(browser, answer), metadata
    openid.provider.metadata = {}
    await openid.begin(browser)


BAD_KEYS: list[object] = [
    None,
    {},
    [],
    [1],
    [{"kty": "oct", "k": "AAAA", "kid": "first"}],
    [{"kty": "RSA", "kid": "first"}],
    [{"kty": "RSA", "kid": "first", "n": "AQAB", "e": "AQAB"}],
    [{"kty": "RSA", "kid": "first", "n": "A" * 100_000, "e": "AQAB"}],
    [{"kty": "RSA", "kid": "first", "n": "!" * 342, "e": 3}],
    [{"kty": "EC", "kid": "first", "crv": "P-256", "x": "AAAA", "y": "AAAA"}],
    [{"kty": "EC", "kid": ["first"], "crv": ["P-256"]}],
    [{"kty": ["RSA"]}],
    [{"use": "enc"}],
]


async def test_a_provider_without_a_usable_key_is_refused(openid: OpenIdDesk) -> None:
    await openid.member()
    browser = await openid.desk.browser()
    for keys in BAD_KEYS:
        openid.provider.answers["/jwks"] = partial(JSONResponse, {"keys": keys})

        assert UNAVAILABLE in await openid.told(browser, await openid.answer(browser)), keys


async def test_a_provider_that_never_answers_is_waited_for_in_vain(
    openid: OpenIdDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    never = asyncio.Event()
    monkeypatch.setattr(bounded_http, "PATIENCE_SECONDS", 2)
    openid.provider.answers[METADATA] = lambda: StreamingResponse(body())
    browser = await openid.desk.browser()

    answers = await asyncio.gather(*(browser.get("/desk/sign-in/openid") for _ in range(5)))

    # All wait for one and the same answer.
    assert openid.provider.asked == [METADATA]
    assert all("refused=ProviderUnavailable" in answer.headers["location"] for answer in answers)
    never.set()


async def test_a_provider_that_is_down_keeps_nobody_from_the_page(openid: OpenIdDesk) -> None:
    openid.provider.metadata = {"token_endpoint": "http://127.0.0.1:1/token"}
    browser = await openid.desk.browser()

    assert UNAVAILABLE in await openid.told(browser, await openid.answer(browser))
