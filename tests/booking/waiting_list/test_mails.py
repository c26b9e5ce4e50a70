"""The mails of the waiting list: that a patient is on it, and that a time is held for them."""

from datetime import datetime

from tests.booking.notifications.bookings import text_of
from tests.booking.waiting_list.waiting_clinic import (
    DAY,
    LINK,
    MINUTE,
    NINE,
    NOON,
    WaitingClinic,
    waiting_clinic,
)
from tests.support.clinics import open_clinic


async def test_who_joins_gets_a_mail_with_the_link_that_the_answer_had(clinic: WaitingClinic) -> None:
    joined = await clinic.join()

    [mail] = await clinic.deliver()

    assert (mail["Subject"], mail["To"]) == ("You are on the waiting list", "Sample a <a@example.com>")
    text = text_of(mail)
    assert f"https://booking.example.com/waiting/{joined.token}?lang=en" in text
    assert "When you could come: Tuesday, November 24" in text
    assert "With: Anyone" in text
    assert "up to 30 minutes" in text
    assert mail["List-Unsubscribe"] == f"<https://booking.example.com/waiting/{joined.token}/leave?lang=en>"


async def test_an_offer_has_a_link_of_its_own_to_the_same_entry(clinic: WaitingClinic) -> None:
    [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com", language="fr")
    await clinic.deliver()
    joined = await clinic.join(manage_token=later.token)
    await clinic.deliver()
    await clinic.fill()

    [mail] = await clinic.deliver()

    assert mail["Subject"].startswith("Une plage est libre pour vous")
    assert "mardi 24 novembre" in mail["Subject"]
    text = text_of(mail)
    assert "jeudi 26 novembre" in text  # the visit that stands until then
    found = LINK.search(text)
    assert found is not None
    assert found[1] != joined.token
    assert (await clinic.state(found[1])).entry.id == joined.entry.id


async def test_an_offer_that_is_over_is_not_sent_any_more(clinic: WaitingClinic) -> None:
    await clinic.join()
    await clinic.deliver()
    clinic.server.is_down = True
    await clinic.fill()
    await clinic.deliver()
    clinic.server.is_down = False

    clinic.now += 31 * MINUTE

    assert await clinic.deliver() == []


async def test_an_offer_that_could_not_be_sent_by_day_is_not_sent_at_night(clinic: WaitingClinic) -> None:
    await open_clinic(clinic.database, waiting_clinic('offer = "10 h"'), now=NOON)
    await clinic.join(first_day=NINE.date() + 3 * DAY, last_day=NINE.date() + 3 * DAY)
    await clinic.deliver()
    clinic.server.is_down = True
    clinic.now = datetime.fromisoformat("2026-11-23T20:55:00-05:00")
    await clinic.fill()
    await clinic.deliver()
    clinic.server.is_down = False
    clinic.now += 30 * MINUTE

    assert await clinic.deliver() == []
    assert await clinic.offers()


async def test_who_has_left_gets_no_mail_that_they_are_on_it(clinic: WaitingClinic) -> None:
    joined = await clinic.join()
    await clinic.leave(joined)

    assert await clinic.deliver() == []
