"""A message leaves once: what was not taken leaves later, and what may have been taken does not again."""

import logging
from dataclasses import dataclass

import pytest

from booking.domain.hookspecs import PermanentFailure, TemporaryFailure
from booking.sms import gateway as gateway_module
from booking.sms.gateway import GatewayAnswer, OutboundSms, SmsGateway
from booking.storage.models.messages.sms import SmsStatus
from tests.booking.reminders.reminded_clinic import DAY, FOUR, HOUR, MINUTE, NINE
from tests.booking.sms.texted_clinic import (
    E164,
    REMINDER,
    TextedClinic,
    book_by_phone,
    gateway_at,
)
from tests.support.graphql_client import shows_phone


async def test_what_is_refused_for_now_leaves_later_and_once(
    clinic: TextedClinic, failures: list[Exception]
) -> None:
    await book_by_phone(clinic, NINE)
    clinic.provider.answers = [(429, {"code": 20429, "status": 429}), (503, "down")]

    assert len(await clinic.texts()) == 1
    assert await clinic.log() == []
    clinic.now += MINUTE
    assert len(await clinic.texts()) == 1
    clinic.now += 2 * MINUTE

    assert await clinic.texts() == [REMINDER]
    assert [type(each) for each in failures] == [TemporaryFailure, TemporaryFailure]
    assert str(failures[0]) == "the SMS gateway took no message: answered 429, code 20429"
    assert [each.status for each in await clinic.log()] == [SmsStatus.ACCEPTED]
    # What was not taken is not counted: two more may leave.
    await book_by_phone(clinic, NINE + DAY, phone="416 555 0124")
    await book_by_phone(clinic, NINE + DAY + HOUR, phone="416 555 0125")
    clinic.now = FOUR + DAY
    assert len(await clinic.texts()) == 2


async def test_a_gateway_that_cant_be_reached_gets_it_later(
    clinic: TextedClinic, failures: list[Exception]
) -> None:
    await book_by_phone(clinic, NINE)
    unreachable = TextedClinic(
        clinic.database, clinic.now, gateway=gateway_at("http://127.0.0.1:1"), provider=clinic.provider
    )
    assert await unreachable.texts() == []
    clinic.now += MINUTE

    assert await clinic.texts() == [REMINDER]


async def test_200_with_an_error_inside_is_a_refusal(
    clinic: TextedClinic, failures: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    await book_by_phone(clinic, NINE)
    clinic.provider.answers = [(200, {"sid": "SM1", "status": "failed", "error_code": 30006})]

    await clinic.texts()

    [message] = await clinic.log()
    assert (message.status, message.error_code) == (SmsStatus.FAILED, "30006")
    assert [type(each) for each in failures] == [PermanentFailure]
    assert E164 not in caplog.text
    assert not shows_phone(caplog.text)
    clinic.now += 2 * HOUR
    assert await clinic.texts() == []


async def test_an_answer_that_got_lost_counts_as_sent(
    clinic: TextedClinic, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "PATIENCE_SECONDS", 3)
    await book_by_phone(clinic, NINE)
    clinic.provider.is_silent = True

    with caplog.at_level(logging.WARNING):
        assert await clinic.texts() == [REMINDER]

    [message] = await clinic.log()
    assert message.status is SmsStatus.UNKNOWN
    assert f"text message {message.id} may have been sent, and is not sent again" in caplog.text
    clinic.provider.is_silent = False
    clinic.now += 2 * HOUR
    assert await clinic.texts() == []


class Killed(BaseException):
    """As no code catches it."""


@dataclass
class KilledAfterwards:
    """The process ends between the gateway's answer and the note of it."""

    gateway: SmsGateway

    async def send(self, message: OutboundSms) -> GatewayAnswer:
        await self.gateway.send(message)
        raise Killed


async def test_a_process_that_is_killed_after_sending_sends_no_second_one(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)
    killed = TextedClinic(
        clinic.database, FOUR, gateway=KilledAfterwards(clinic.gateway), provider=clinic.provider
    )
    assert await killed.texts() == [REMINDER]

    clinic.now += 2 * HOUR  # The delivery belongs to nobody any more.

    assert await clinic.texts() == []
    assert [each.status for each in await clinic.log()] == [SmsStatus.MARKED]
