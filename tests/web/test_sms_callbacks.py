"""What the SMS gateway tells the server: signed statuses, and answers of patients."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from booking.sms.callback_signature import is_signed, sign_callback
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.messages.sms import SmsMessage, SmsReceived, SmsStatus
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.appointments.by_staff.front_desk import move
from tests.booking.reminders.reminded_clinic import DAY, FOUR, HOUR, NINE
from tests.booking.sms.loopback_gateway import ACCOUNT, SENDER, SITE, TOKEN, post_signed, running_gateway
from tests.booking.sms.texted_clinic import (
    E164,
    NUMBER,
    TextedClinic,
    book_by_phone,
    gateway_at,
    texting_clinic,
)
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic


@dataclass
class Answering:
    """A clinic that has reminded a patient, and the server that the gateway calls back."""

    clinic: TextedClinic
    http: httpx.AsyncClient
    received: int = 0

    async def answer(self, text: str, *, sid: str = "", sender: str = E164, **more: str) -> str:
        """The reply to a patient's text; empty without one."""
        self.received += 1
        form = {"MessageSid": sid or f"SM{self.received}", "From": sender, "Body": text, **more}
        response = await post_signed(self.http, "/sms/inbound", form)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/xml")
        return "".join(re.findall("<Message>(.*)</Message>", response.text))

    async def status(self, status: str, **more: str) -> SmsMessage:
        [before] = await self.clinic.log()
        path = f"/sms/status?message={before.id}"
        response = await post_signed(self.http, path, {"MessageStatus": status, **more})
        assert response.status_code == 204
        [after] = await self.clinic.log()
        return after

    async def confirmed(self) -> list[bool]:
        async with self.clinic.database.read() as session:
            rows = await session.scalars(select(Appointment).order_by(Appointment.starts_at))
            return [row.confirmed_at is not None for row in rows]


@pytest.fixture
async def server(database: Database, database_url: str) -> AsyncIterator[Answering]:
    await open_clinic(database, texting_clinic(reminders="days_before = [1]"))
    async with running_gateway() as provider:
        clinic = TextedClinic(database, FOUR, gateway=gateway_at(provider.url), provider=provider)
        await clinic.relay.register()
        settings = Settings(
            database_url,
            site=SITE,
            points_per_client=200,
            sms_api=provider.url,
            sms_account=ACCOUNT,
            sms_token=TOKEN,
            sms_from=SENDER,
        )
        async with asgi_client(create_app(settings, now=lambda: clinic.now)) as http:
            yield Answering(clinic, http)


async def test_c_confirms_the_visits_of_the_last_reminder(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE, NINE + HOUR, NINE + 3 * DAY)
    await server.clinic.texts()

    reply = await server.answer(" c. ")

    assert reply == "Sample Clinic: Thank you, your visit is confirmed."
    assert await server.confirmed() == [True, True, False]


async def test_the_same_callback_again_changes_nothing(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE)
    await server.clinic.texts()

    assert await server.answer("STOP", sid="SM7") != ""
    assert await server.answer("STOP", sid="SM7") == ""
    assert await server.answer("START", sid="SM8") != ""
    assert await server.answer("STOP", sid="SM7") == ""

    await book_by_phone(server.clinic, NINE + DAY)
    server.clinic.now += DAY
    assert len(await server.clinic.texts()) == 1


async def test_a_number_of_two_people_confirms_for_neither(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE)
    await book_by_phone(server.clinic, NINE, who="two", name="Sample Sister")
    await server.clinic.texts()

    reply = await server.answer("C")

    assert reply.endswith("please call 416.545.1881.")
    assert await server.confirmed() == [False, False]


async def test_what_moved_meanwhile_is_not_confirmed(server: Answering) -> None:
    [visit] = await book_by_phone(server.clinic, NINE)
    await server.clinic.texts()
    await move(server.clinic.database, visit.id, NINE + 2 * HOUR, at=FOUR)

    assert (await server.answer("C")).endswith("please call 416.545.1881.")
    assert await server.confirmed() == [False]


@pytest.mark.parametrize("word", ["STOP", "arrêt", "Unsubscribe!", "ARRETEZ"])
async def test_stop_is_obeyed_at_once_and_until_start(server: Answering, word: str) -> None:
    await book_by_phone(server.clinic, NINE, NINE + DAY, NINE + 2 * DAY)
    await server.clinic.texts()

    assert "no more text messages" in await server.answer(word)
    assert await server.answer("hello") == ""
    server.clinic.now += DAY
    assert await server.clinic.texts() == []
    assert "again" in await server.answer("start")
    server.clinic.now += DAY
    assert len(await server.clinic.texts()) == 1


async def test_a_stop_that_the_gateway_has_answered_is_not_answered_again(server: Answering) -> None:
    assert await server.answer("STOP", OptOutType="STOP") == ""


async def test_anything_else_is_told_once_a_day_to_call(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE, language="fr")

    replies = [await server.answer(text) for text in ("Puis-je venir à 10 h ?", "Allô", "C")]

    assert replies[0].endswith("Personne ne lit les messages ici : appelez le 416.545.1881.")
    assert replies[1:] == ["", ""]
    server.clinic.now += DAY + timedelta(minutes=1)
    assert await server.answer("Allô") == replies[0]


async def test_no_text_and_no_number_is_kept(server: Answering) -> None:
    await server.answer("A very private sentence")

    async with server.clinic.database.read() as session:
        [row] = await session.scalars(select(SmsReceived))
    stored = {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
    assert "private" not in repr(stored)
    assert NUMBER[-4:] not in repr(stored)


async def test_a_short_code_is_not_answered(server: Answering) -> None:
    assert await server.answer("Your code is 1", sender="12345") == ""


async def test_a_status_is_noted_and_never_goes_back(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE)
    await server.clinic.texts()

    told = ("sent", "delivered", "delivered", "sent", "?")
    statuses = [(await server.status(name)).status for name in told]

    assert statuses == [SmsStatus.SENT, *[SmsStatus.DELIVERED] * 4]


async def test_a_failure_has_its_code(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE)
    await server.clinic.texts()

    failed = await server.status("undelivered", ErrorCode="30005")

    assert (failed.status, failed.error_code) == (SmsStatus.FAILED, "30005")


@pytest.mark.parametrize("path", ["/sms/status?message=7", f"/sms/status?message={'0' * 32}", "/sms/status"])
async def test_an_unknown_message_is_ignored(server: Answering, path: str) -> None:
    response = await post_signed(server.http, path, {"MessageStatus": "delivered"})

    assert response.status_code == 204


async def test_what_nobody_signed_does_nothing(server: Answering) -> None:
    await book_by_phone(server.clinic, NINE)
    await server.clinic.texts()
    form = {"MessageSid": "SM1", "From": E164, "Body": "C"}
    unsigned = await server.http.post("/sms/inbound", data=form)
    by_another = await post_signed(server.http, "/sms/inbound", form, token="another token")
    of_another_site = await post_signed(server.http, "/sms/inbound", form, site="https://other.example.com")
    signature = sign_callback(TOKEN, f"{SITE}/sms/inbound", list(form.items()))
    changed = await server.http.post(
        "/sms/inbound", data=form | {"Body": "STOP"}, headers={"X-Twilio-Signature": signature}
    )

    assert {each.status_code for each in (unsigned, by_another, of_another_site, changed)} == {403}
    assert f"for {SITE}/sms/inbound" in unsigned.text
    assert await server.confirmed() == [False]


async def test_what_is_not_signed_is_limited(server: Answering) -> None:
    statuses = {(await server.http.post("/sms/inbound")).status_code for _ in range(20)}

    assert statuses == {403, 429}
    assert await server.answer("hello") != ""


@pytest.mark.parametrize(
    ("body", "status"), [(b"a=" + b"x" * 70_000, 413), (b"\xff", 400), (b"&".join([b"a=1"] * 300), 400)]
)
async def test_a_body_that_no_gateway_sends_is_refused(server: Answering, body: bytes, status: int) -> None:
    assert (await server.http.post("/sms/inbound", content=body)).status_code == status


async def test_without_an_account_there_are_no_such_addresses(sqlite_url: str, database: Database) -> None:
    async with asgi_client(create_app(Settings(sqlite_url))) as http:
        assert (await http.post("/sms/inbound")).status_code == 404


def test_the_signature_is_that_of_the_documentation() -> None:
    """The example of https://www.twilio.com/docs/usage/webhooks/webhooks-security."""
    url = "https://example.com/myapp.php?foo=1&bar=2"
    form = [
        ("Digits", "1234"),
        ("To", "+18005551212"),
        ("From", "+14158675310"),
        ("Caller", "+14158675310"),
        ("CallSid", "CA1234567890ABCDE"),
    ]
    signature = sign_callback("12345", url, form)

    assert is_signed("12345", url, form[::-1], signature)
    assert is_signed("12345", url, form, sign_callback("12345", url.replace(".com", ".com:443"), form))
    assert not is_signed("12345", url.replace(".com", ".com:8443"), form, signature)
    assert not is_signed("12345", url, form, "é")
    assert signature == "L/OH5YylLD5NRKLltdqwSvS0BnU="
