"""The sheet of a visit says what became of its text message."""

from datetime import timedelta

import pytest

from booking.domain.role import Role
from booking.sms.inbound import InboundSms, answer_sms
from booking.storage.models.messages.sms import SmsStatus
from booking.storage.queries.messages.sms import refuse_sms, sms_by_id
from tests.booking.reminders.reminded_clinic import FOUR, NINE
from tests.booking.sms.loopback_gateway import running_gateway
from tests.booking.sms.texted_clinic import E164, TextedClinic, book_by_phone, gateway_at, texting_clinic
from tests.desk.desk_server import running_desk


@pytest.mark.parametrize(
    ("language", "sent", "failed", "refused"),
    [
        (
            "en",
            "A reminder was sent on Monday, November 23.",
            "The reminder of Monday, November 23 did not arrive. Please call.",
            "This number gets none",
        ),
        (
            "fr",
            "Un rappel est parti le lundi 23 novembre.",
            "Le rappel du lundi 23 novembre n’est pas arrivé. Veuillez appeler.",
            "Ce numéro n’en reçoit pas",
        ),
    ],
)
async def test_the_sheet_says_that_a_message_was_sent_failed_or_is_not_wanted(
    sqlite_url: str, language: str, sent: str, failed: str, refused: str
) -> None:
    async with (
        running_gateway() as provider,
        running_desk(sqlite_url, texting_clinic(reminders="days_before = [1]")) as desk,
    ):
        clinic = TextedClinic(desk.database, FOUR, gateway=gateway_at(provider.url), provider=provider)
        await clinic.relay.register()
        [visit] = await book_by_phone(clinic, NINE)
        desk.clock.now = FOUR
        reception = await desk.signed_in(Role.RECEPTION)

        async def sheet() -> str:
            page = await reception.get(f"/desk/visits/{visit.id}", headers={"Accept-Language": language})
            return page.text.replace("&#39;", "’")

        assert 'id="sheet-sms"' not in await sheet()

        await clinic.texts()
        assert sent in await sheet()
        assert refused not in await sheet()

        [message] = await clinic.log()
        async with desk.database.write() as session:
            row = await sms_by_id(session, message.id)
            assert row is not None
            row.status = SmsStatus.FAILED
            await refuse_sms(session, message.phone_index, now=FOUR)
        assert failed in await sheet()
        assert refused in await sheet()


async def test_the_sheet_says_what_came_back(sqlite_url: str) -> None:
    confirmed = "The visit was confirmed by text message on Monday, November 23."
    unread = "An answer came from this number on Monday, November 23 that confirms nothing."
    async with (
        running_gateway() as provider,
        running_desk(sqlite_url, texting_clinic(reminders="days_before = [1]")) as desk,
    ):
        clinic = TextedClinic(desk.database, FOUR, gateway=gateway_at(provider.url), provider=provider)
        await clinic.relay.register()
        [visit] = await book_by_phone(clinic, NINE)
        desk.clock.now = FOUR
        reception = await desk.signed_in(Role.RECEPTION)
        await clinic.texts()

        async def sheet_after(number: int, words: str) -> tuple[bool, bool]:
            async with desk.database.write() as session:
                sms = InboundSms(f"SM{number}", E164, words)
                await answer_sms(session, sms, now=FOUR + timedelta(minutes=number))
            page = (await reception.get(f"/desk/visits/{visit.id}")).text
            assert words not in page
            return confirmed in page, unread in page

        nothing = (await reception.get(f"/desk/visits/{visit.id}")).text
        assert (confirmed in nothing, unread in nothing) == (False, False)
        assert await sheet_after(1, "I am running late") == (False, True)
        assert await sheet_after(2, "OUI") == (True, False)
        assert await sheet_after(3, "Is parking free?") == (False, True)
