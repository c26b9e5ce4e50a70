"""What a gateway's answers mean, and what a gateway may be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.sms.gateway import GatewayAnswer, Outcome, Price, TwilioGateway, read_answer

ACCEPTED = {"sid": "SM1", "status": "queued", "error_code": None, "error_message": None}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("status", "document", "outcome"),
    [
        (201, ACCEPTED, Outcome.TAKEN),
        (200, ACCEPTED, Outcome.TAKEN),
        (200, ACCEPTED | {"status": "failed"}, Outcome.REFUSED),
        (200, ACCEPTED | {"error_code": 30006}, Outcome.REFUSED),
        (200, {"code": 21211, "status": 400}, Outcome.REFUSED),
        (200, {"error": "no such number"}, Outcome.REFUSED),
        (200, {"status": "queued"}, Outcome.UNKNOWN),
        (204, None, Outcome.UNKNOWN),
        (302, None, Outcome.NOT_NOW),
        (400, {"code": 21211, "status": 400}, Outcome.REFUSED),
        (401, {"code": 20003}, Outcome.NOT_NOW),
        (429, {"code": 20429}, Outcome.NOT_NOW),
        (500, None, Outcome.NOT_NOW),
        (503, None, Outcome.NOT_NOW),
        (502, None, Outcome.UNKNOWN),
        (504, None, Outcome.UNKNOWN),
    ],
)
def test_an_answer(status: int, document: Any, outcome: Outcome) -> None:
    assert read_answer(status, json.dumps(document).encode()).outcome is outcome


@given(st.integers(100, 599), JSON.map(lambda document: json.dumps(document).encode()) | st.binary())
def test_any_answer_means_something_and_is_not_repeated(status: int, body: bytes) -> None:
    answer = read_answer(status, body)

    assert isinstance(answer, GatewayAnswer)
    assert len(answer.problem) < 60
    assert answer.code is None or len(answer.code) <= 16


@pytest.mark.parametrize(
    "mistake",
    [
        {"api": "http://sms.example.com"},
        {"api": "https://user@sms.example.com"},
        {"api": "sms.example.com"},
        {"account": "AC/../1"},
        {"sender": "+1 416 555 0199"},
        {"sender": "A name that is too long"},
    ],
)
def test_a_gateway_that_cant_be_one_is_refused(mistake: dict[str, str]) -> None:
    right = {"api": "https://sms.example.com", "account": "AC1", "token": "t", "sender": "+14165550199"}
    assert TwilioGateway(**right).sender == "+14165550199"

    with pytest.raises(ValueError, match="must look like"):
        TwilioGateway(**right | mistake)


@pytest.mark.parametrize("text", ["0.0079", "USD 1", "-1 USD", "1,5 EUR", "0.0079 usd"])
def test_a_price_has_an_amount_and_a_currency(text: str) -> None:
    assert str(Price.parse("0.0079 USD").amount) == "0.0079"

    with pytest.raises(ValueError, match=r"0\.0079 USD"):
        Price.parse(text)
