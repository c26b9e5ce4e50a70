"""An SMS gateway on loopback, in the form of Twilio's REST API: it records what it takes."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from booking.sms.callback_signature import sign_callback
from tests.support.live_server import live_server

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "the token of a sample account"
SENDER = "+14165550199"
SITE = "https://booking.example.com"


@dataclass
class LoopbackGateway:
    """`answers` are given one after the other, in place of its own; the message is taken all the same."""

    url: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    is_silent: bool = False

    @property
    def texts(self) -> list[str]:
        return [form["Body"] for form in self.taken]

    async def respond(self, request: Request) -> Response:
        expected = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers["authorization"] != expected:
            return JSONResponse({"code": 20003, "status": 401}, HTTPStatus.UNAUTHORIZED)
        self.taken.append(dict(parse_qsl((await request.body()).decode(), strict_parsing=True)))
        if self.is_silent:
            while not await request.is_disconnected():  # noqa: ASYNC110  (tells nobody)
                await asyncio.sleep(0.01)
        if self.answers:
            status, document = self.answers.pop(0)
            if isinstance(document, str):
                return Response(document, status)
            return JSONResponse(document, status)
        sid = f"SM{len(self.taken):032}"
        return JSONResponse({"sid": sid, "status": "queued", "error_code": None}, HTTPStatus.CREATED)


@asynccontextmanager
async def running_gateway() -> AsyncIterator[LoopbackGateway]:
    gateway = LoopbackGateway()
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    app = Starlette(routes=[Route(path, gateway.respond, methods=["POST"])])
    async with live_server(app, lifespan="off") as gateway.url:
        yield gateway


async def post_signed(
    http: httpx.AsyncClient, path: str, form: dict[str, str], *, token: str = TOKEN, site: str = SITE
) -> httpx.Response:
    """A callback as the gateway sends it."""
    signature = sign_callback(token, f"{site}{path}", list(form.items()))
    return await http.post(path, data=form, headers={"X-Twilio-Signature": signature})
