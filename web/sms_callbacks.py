"""What the SMS gateway tells: the status of a message, and a patient's answer. Signed requests alone count.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.sms.callback_signature import is_signed
from booking.sms.inbound import InboundSms, answer_sms
from booking.sms.listener import STATUS_PATH
from booking.sms.status import note_status
from booking.storage.database import Database
from booking.storage.session import BookingSession
from rendering.headers import PRIVATE

INBOUND_PATH = "/sms/inbound"
MAX_BODY = 64 * 1024
MAX_FIELDS = 200
MAX_ID = 64


@dataclass(frozen=True)
class SmsCallbacks:
    """`token` signs the callbacks, `site` is how the gateway addresses this server.

    `charge` makes a client pay that sends what is not signed.
    """

    database: Database
    clock: Callable[[BookingSession], Awaitable[datetime]]
    token: str
    site: str
    charge: Callable[[Request], None]


def sms_routes(callbacks: SmsCallbacks) -> list[BaseRoute]:
    """They take no cookie and need no other protection than the signature: a replay changes nothing."""
    return [
        Route(STATUS_PATH, partial(_note_status, callbacks), methods=["POST"]),
        Route(INBOUND_PATH, partial(_answer, callbacks), methods=["POST"]),
    ]


async def _note_status(callbacks: SmsCallbacks, request: Request) -> Response:
    """`POST /sms/status?message={id}`. An unknown message is no mistake: its row is kept for a month."""
    form = await _signed_form(callbacks, request)
    told, code = form.get("MessageStatus", form.get("SmsStatus", "")), form.get("ErrorCode", "")
    try:
        message = uuid.UUID(request.query_params.get("message", ""))
    except ValueError:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=PRIVATE)
    async with callbacks.database.write() as session:
        await note_status(session, message, told, code, now=await callbacks.clock(session))
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PRIVATE)


async def _answer(callbacks: SmsCallbacks, request: Request) -> Response:
    """`POST /sms/inbound`, answered in TwiML: with the reply, if there is one."""
    form = await _signed_form(callbacks, request)
    gateway_id = form.get("MessageSid", form.get("SmsSid", ""))
    if not 0 < len(gateway_id) <= MAX_ID or not gateway_id.isascii() or not gateway_id.isprintable():
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The message has no id (MessageSid).\n")
    sms = InboundSms(
        gateway_id, form.get("From", ""), form.get("Body", ""), is_answered=bool(form.get("OptOutType"))
    )
    async with callbacks.database.write() as session:
        reply = await answer_sms(session, sms, now=await callbacks.clock(session))
    message = f"<Message>{escape(reply)}</Message>" if reply else ""
    twiml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return Response(twiml, media_type="text/xml", headers=PRIVATE)


async def _signed_form(callbacks: SmsCallbacks, request: Request) -> dict[str, str]:
    """The fields of the form.

    Raises:
        HTTPException: 413, 400, or 403 where nobody has signed them; 429 if that happens often.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The message is too long.\n")
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{callbacks.site}{request.url.path}{query}"
    signature = request.headers.get("x-twilio-signature", "")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        callbacks.charge(request)
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is no form.\n") from None
    if not is_signed(callbacks.token, url, fields, signature):
        callbacks.charge(request)
        message = f"The signature is wrong: it must be made by the account's token, for {url}\n"
        raise HTTPException(HTTPStatus.FORBIDDEN, message)
    return dict(fields)
