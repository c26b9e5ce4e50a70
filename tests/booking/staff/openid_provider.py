"""An OpenID provider of the tests, behind a real socket: honest until a test makes it lie."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from tests.support.clinics import NOW
from tests.support.live_server import live_server

CLIENT_ID, CLIENT_SECRET = "book-online", "a secret: of %41 & more"
EMAIL = "owner@clinic.example"

Claims = dict[str, Any]


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@cache
def rsa_key(kid: str, bits: int = 2048) -> RSAKey:
    return RSAKey.generate_key(bits, {"kid": kid})


@dataclass
class Provider:
    """`person` are the claims of whoever signs in. `answers` replaces whole answers by path, `metadata`
    single values, and `token` how an ID token is made of its claims."""

    url: str
    person: Claims = field(default_factory=lambda: {"sub": "1", "email": EMAIL, "email_verified": True})
    now: datetime = NOW
    key: RSAKey = field(default_factory=lambda: rsa_key("first"))
    keys: list[RSAKey] | None = None
    error: str | None = None
    metadata: Claims = field(default_factory=dict)
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    token: Callable[[Claims], object] | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = request.url.path
        self.asked.append(path)
        if path in self.answers:
            response = self.answers[path]()
        elif path == "/.well-known/openid-configuration":
            response = JSONResponse(self._metadata())
        elif path == "/jwks":
            keys = [self.key] if self.keys is None else self.keys
            response = JSONResponse({"keys": [key.as_dict(private=False) for key in keys]})
        elif path == "/authorize":
            response = self._authorize(request)
        else:
            response = await self._redeem(request)
        await response(scope, receive, send)

    def signed(self, claims: object, key: RSAKey | None = None, **header: object) -> str:
        """Without the library that verifies it."""
        key = key or self.key
        head = {"alg": "RS256", "kid": key.kid, **header}
        signing_input = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(claims).encode())}"
        private = key.private_key
        assert private is not None
        signature = private.sign(signing_input.encode(), PKCS1v15(), SHA256())
        return f"{signing_input}.{encoded(signature)}"

    def _metadata(self) -> Claims:
        addresses = {
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }
        return {"issuer": self.url, **addresses, **self.metadata}

    def _authorize(self, request: Request) -> Response:
        """Nobody is asked: who is here signs in, or turns back."""
        query = request.query_params
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        answer = {"state": query["state"]}
        if self.error:
            answer["error"] = self.error
        else:
            answer["code"] = f"code-{len(self.codes)}"
            self.codes[answer["code"]] = dict(query)
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 302)

    async def _redeem(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(form["code"], None)
        if asked is None or not self._knows(request, form) or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert encoded(challenge) == asked["code_challenge"]
        at = int(self.now.timestamp())
        claims = {"iss": self.url, "aud": asked["client_id"], "iat": at, "exp": at + 300}
        claims |= {"nonce": asked["nonce"]} | self.person
        token = self.token(claims) if self.token else self.signed(claims)
        return JSONResponse({"access_token": "-", "token_type": "Bearer", "id_token": token})

    def _knows(self, request: Request, form: Mapping[str, str]) -> bool:
        shown = request.headers.get("authorization", "").removeprefix("Basic ")
        if shown:
            return [*parse_qsl(base64.b64decode(shown).decode().replace(":", "="))] == [
                (CLIENT_ID, CLIENT_SECRET)
            ]
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    running: list[Provider] = []

    async def forward(scope: Scope, receive: Receive, send: Send) -> None:
        await running[0](scope, receive, send)

    async with live_server(forward, lifespan="off") as url:
        running.append(Provider(url))
        yield running[0]


def settings_for(issuer: str) -> dict[str, str]:
    """Of a server whose staff sign in at this provider."""
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Sample Provider",
    }
