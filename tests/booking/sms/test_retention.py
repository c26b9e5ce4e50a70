"""What was sent and received is kept for a month; that a number wants no messages, for ever."""

from datetime import timedelta

from booking.domain.actor import Actor, ActorKind
from booking.retention.kinds import Kind
from booking.retention.worker import delete_expired
from booking.storage.models.messages.sms import SmsKind
from booking.storage.queries.messages.sms import receive_sms, refuse_sms, refuses_sms
from tests.booking.reminders.reminded_clinic import DAY, FOUR, NINE
from tests.booking.sms.texted_clinic import TextedClinic, book_by_phone

SERVER = Actor(ActorKind.SERVER, "retention", "test")
KINDS = (Kind.SMS_MESSAGES, Kind.SMS_RECEIVED, Kind.SMS_DAYS)


async def test_they_go_after_thirty_days(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)
    await clinic.texts()
    [message] = await clinic.log()
    async with clinic.database.write() as session:
        await receive_sms(session, "SM1", message.phone_index, SmsKind.STOP, now=FOUR)
        await refuse_sms(session, message.phone_index, now=FOUR)

    async def deleted(after: timedelta) -> list[int]:
        gone = await delete_expired(clinic.database, SERVER, now=FOUR + after)
        return [gone[kind] for kind in KINDS]

    # The day began at midnight, sixteen hours before.
    assert await deleted(30 * DAY - timedelta(hours=17)) == [0, 0, 0]
    assert await deleted(30 * DAY - timedelta(seconds=1)) == [0, 0, 1]
    assert await deleted(30 * DAY) == [1, 1, 0]

    async with clinic.database.read() as session:
        assert await refuses_sms(session, message.phone_index)
