"""The least that an ASGI app can do: read the request, and send bytes that it has."""

import json
import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

ANSWER = Path(os.environ["BENCH_ANSWER"]).read_bytes()
HEADERS = [(name.encode(), value.encode()) for name, value in json.loads(os.environ["BENCH_HEADERS"])]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})
