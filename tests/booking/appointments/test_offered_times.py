"""Other times for visits that can't take place: found, offered by mail, and taken by the link in it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest

from booking.appointments.blocked_time.offer import OfferOutcome, offer_times
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.errors import TooLateToChange
from booking.notifications.message import compose_mail
from booking.scheduling.other_times import other_times
from booking.storage.database import Database
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.outbox import claim_deliveries, register_listeners, settle_delivery
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    CLINIC,
    NINE,
    RECEPTION,
    TEN,
    block,
    block_of,
    unblock,
    visit,
)
from tests.booking.notifications.bookings import SENDER, SITE, SampleBooking, html_of, text_of
from tests.support.clinics import NOW, edit_file, open_clinic

TWELVE = NINE + timedelta(hours=3)
HALF = timedelta(minutes=30)


async def clinic(database: Database, text: str = CLINIC) -> None:
    await open_clinic(database, text)
    async with database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])


async def offer(database: Database, *bookings: SampleBooking, now: datetime = NOW) -> OfferOutcome:
    visits = [each.appointments[0].id for each in bookings]
    async with database.write() as session:
        return await offer_times(session, visits, actor=RECEPTION, now=now)


async def mails(database: Database, *, now: datetime = NOW) -> list[tuple[EmailMessage, str]]:
    """Those that are due, each with the secret of its manage link; they are sent by that."""
    sent = []
    async with database.write() as session:
        # The next event of a visit is due once the one before is delivered.
        while due := await claim_deliveries(session, MAIL_LISTENER, now=now, until=now + DAY, limit=100):
            for each in due:
                token = each.manage_token
                mail = await compose_mail(
                    session, each.event, site=SITE, sender=SENDER, manage_token=token, now=now
                )
                await settle_delivery(session, each, delivered_at=now, again_at=None)
                if mail is not None:
                    sent.append((mail, token or ""))
    return sent


async def times_for(database: Database, visits: Collection[UUID]) -> list[Sequence[tuple[str, datetime]]]:
    async with database.read() as session:
        rows = await appointments_by_id(session, visits)
        found = await other_times(session, rows, now=NOW)
    return [[(slot.practitioner, slot.starts_at) for slot in found[row.id]] for row in rows]


async def test_other_times_are_the_nearest_of_the_same_practitioner_and_none_is_given_twice(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC)
    first, second = await visit(database), await visit(database, NINE + HALF)
    await block(database, block_of(NINE, TEN), over_visits=True)

    visits = [each.appointments[0].id for each in (first, second)]
    found = await times_for(database, visits)
    assert found[0] == [("one", TEN), ("one", TEN + HALF), ("one", TEN + 2 * HALF)]
    assert [who for who, _ in found[1]] == ["one"] * 3
    assert not set(found[0]) & set(found[1])


async def test_another_practitioner_is_named_where_the_own_one_has_no_time(database: Database) -> None:
    await open_clinic(database, CLINIC)
    booked = await visit(database)
    await block(database, block_of(NOW, None), over_visits=True)

    [found] = await times_for(database, [booked.appointments[0].id])
    assert found == [("two", NINE), ("two", NINE + HALF), ("two", NINE + 2 * HALF)]


async def test_each_patient_gets_one_mail_in_their_language_with_three_times(database: Database) -> None:
    await clinic(database, edit_file({'languages = ["en"]': 'languages = ["en", "fr"]'}, CLINIC))
    bookings = [await visit(database), await visit(database, NINE + HALF, language="fr")]
    await mails(database)
    await block(database, block_of(NINE, TWELVE), over_visits=True)
    assert await mails(database) == [], "the clinic is told, no patient is"

    outcome = await offer(database, *bookings)
    assert outcome == OfferOutcome([each.appointments[0].id for each in bookings], [])
    by_language = {mail["Content-Language"]: (mail, token) for mail, token in await mails(database)}
    mail, token = by_language["en"]
    assert mail["Subject"].startswith("Please choose another time")
    assert "your visit can’t take place as planned" in text_of(mail)
    assert f"{SITE}/manage?lang=en#{token}" in text_of(mail)
    assert f"{SITE}/manage?lang=en#{token}" in html_of(mail)
    assert text_of(mail).count("November ") == 4, "the planned time, and three others"
    assert not list(mail.iter_attachments())
    assert by_language["fr"][0]["Subject"].startswith("Veuillez choisir une autre heure")

    assert await offer(database, *bookings) == outcome
    assert await mails(database) == [], "a second click sends nothing"


async def test_the_link_in_the_mail_moves_the_visit_even_within_the_notice(database: Database) -> None:
    await clinic(
        database, edit_file({'cancellation_notice = "0 min"': 'cancellation_notice = "5 days"'}, CLINIC)
    )
    booked = await visit(database)
    await mails(database)
    with pytest.raises(TooLateToChange):
        await booked.move(TWELVE + DAY, at=NOW)
    await block(database, block_of(NINE, TWELVE), over_visits=True)
    await offer(database, booked)
    [(_, token)] = await mails(database)
    assert token != booked.token

    async with database.write() as session:
        moved = await reschedule(session, RescheduleRequest(token, NINE + DAY), now=NOW)
        assert (moved.starts_at, moved.impossible_since) == (NINE + DAY, None)
    with pytest.raises(TooLateToChange):
        await booked.move(TEN + DAY, at=NOW)


async def test_a_visit_that_was_moved_before_the_mail_left_gets_none(database: Database) -> None:
    await clinic(database)
    booked = await visit(database)
    await mails(database)
    blocks = (await block(database, block_of(NINE, TEN), over_visits=True)).blocks
    await offer(database, booked)
    await unblock(database, blocks[0].id)

    assert await mails(database) == []
    assert await offer(database, booked) == OfferOutcome([], [])


async def test_a_patient_is_to_be_called_where_nothing_is_open(database: Database) -> None:
    await clinic(database)
    booked = await visit(database)
    await block(database, block_of(NOW, None), over_visits=True)
    await block(database, block_of(NOW, None, practitioner="two"))
    assert await offer(database, booked) == OfferOutcome([], [booked.appointments[0].id]), "nothing is open"


async def test_without_mails_all_patients_are_to_be_called(database: Database) -> None:
    await open_clinic(database, CLINIC)
    booked = await visit(database)
    await block(database, block_of(NINE, TEN), over_visits=True)
    assert await offer(database, booked) == OfferOutcome([], [booked.appointments[0].id])
