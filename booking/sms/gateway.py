"""An SMS gateway that speaks Twilio's REST API: one request hands over one message.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from booking.domain.errors import InvalidInput
from booking.outbound_http.client import NoAnswer, NoAnswerCode, OutboundClient, OutboundRequest

PATIENCE_SECONDS = 15.0
MAX_ANSWER = 64 * 1024
EXAMPLE = "https://api.twilio.com"
LONGEST_VALIDITY = timedelta(hours=4)
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11}")
SERVICE_ID = re.compile(r"MG[0-9a-f]{32}")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,16}")
FAILED = ("failed", "undelivered", "canceled")
NOT_TAKEN = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,  # of the account's address
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
"""A later attempt may be taken. After 502 and 504 nobody knows whether the message was."""


class Outcome(StrEnum):
    """What became of the request."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good: the number, or the text."""
    NOT_NOW = "not now"
    """It was not taken, and may be later."""
    UNKNOWN = "unknown"
    """It may have been taken: sent again, a patient might get it twice."""


@dataclass(frozen=True)
class GatewayAnswer:
    """`problem` repeats no word of the gateway, which may name the number; `code` is its error code."""

    outcome: Outcome
    problem: str = ""
    code: str | None = None


@dataclass(frozen=True)
class OutboundSms:
    """`callback` is the address that hears of its status; it is not to be delivered after `validity`."""

    to: str = field(repr=False)
    text: str = field(repr=False)
    callback: str
    validity: timedelta


class SmsGateway(Protocol):
    """Hands a message over, and never raises."""

    async def send(self, message: OutboundSms) -> GatewayAnswer: ...


@dataclass(frozen=True)
class Price:
    """Of one segment, `0.0079 USD`."""

    amount: Decimal
    currency: str

    @classmethod
    def parse(cls, text: str) -> "Price":
        """Raises ValueError where it is no amount with a currency."""
        match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,6})?) ([A-Z]{3})", text)
        if match is None:
            raise ValueError("The price of a segment must look like 0.0079 USD.")
        return cls(Decimal(match[1]), match[2])


@dataclass(frozen=True)
class TwilioGateway:
    """An account at Twilio, or at a provider with the same API at another address.

    `sender` is a number, a short code, a name of 11 characters, or the id of a messaging service.
    """

    api: str
    account: str
    token: str = field(repr=False)
    sender: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.api)
        is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        is_encrypted = parts.scheme == "https" or (parts.scheme == "http" and is_here)
        if not (is_encrypted and parts.hostname) or parts.query or parts.fragment or parts.username:
            raise ValueError(f"The address of the SMS gateway must look like {EXAMPLE}.")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.account):
            raise ValueError("The account must look like AC followed by 32 digits and letters.")
        if not (SENDER.fullmatch(self.sender) or SERVICE_ID.fullmatch(self.sender)):
            raise ValueError("The sender must look like +14165550199, 12345, Clinic or MG0123….")

    async def send(self, message: OutboundSms) -> GatewayAnswer:
        """Hand it over. Only an answer that can't be misread counts as taken, or as not taken."""
        # The operator has named the server, which may be in the clinic's own network.
        client = OutboundClient(patience=PATIENCE_SECONDS, example=EXAMPLE, to_private=True)
        try:
            answer = await client.send(self._request(message))
        except InvalidInput as refusal:  # No such host, for now.
            return GatewayAnswer(Outcome.NOT_NOW, refusal.message)
        except NoAnswer as failure:
            is_unsent = failure.code is NoAnswerCode.NO_CONNECTION
            return GatewayAnswer(Outcome.NOT_NOW if is_unsent else Outcome.UNKNOWN, failure.problem)
        return read_answer(answer.status, answer.body)

    def _request(self, message: OutboundSms) -> OutboundRequest:
        by = "MessagingServiceSid" if SERVICE_ID.fullmatch(self.sender) else "From"
        seconds = int(min(message.validity, LONGEST_VALIDITY).total_seconds())
        form = {
            "To": message.to,
            by: self.sender,
            "Body": message.text,
            "StatusCallback": message.callback,
            "ValidityPeriod": str(max(1, seconds)),
        }
        return OutboundRequest(
            "POST",
            f"{self.api.rstrip('/')}/2010-04-01/Accounts/{self.account}/Messages.json",
            {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            urlencode(form).encode(),
            credentials=(self.account, self.token),
            max_bytes=MAX_ANSWER,
        )


def read_answer(status: int, body: bytes) -> GatewayAnswer:
    """What an answer means. One of 200 with an error inside is a refusal."""
    document = _document(body)
    code = _code(document)
    if status in NOT_TAKEN or 300 <= status < 400:
        return GatewayAnswer(Outcome.NOT_NOW, f"answered {status}", code)
    if 400 <= status < 500:
        return GatewayAnswer(Outcome.REFUSED, f"answered {status}", code)
    if not 200 <= status < 300:
        return GatewayAnswer(Outcome.UNKNOWN, f"answered {status}", code)
    if code is not None or document.get("status") in FAILED:
        return GatewayAnswer(Outcome.REFUSED, f"answered {status} with an error inside", code)
    if not isinstance(document.get("sid"), str):
        return GatewayAnswer(Outcome.UNKNOWN, f"answered {status} without the id of a message")
    return GatewayAnswer(Outcome.TAKEN)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _code(document: dict[str, Any]) -> str | None:
    """Of the message, or of the whole request; None where all is well."""
    for name in ("error_code", "code"):
        if document.get(name):
            text = str(document[name])
            return text if CODE.fullmatch(text) else "unreadable"
    return "unreadable" if document.get("error") or document.get("errors") else None
