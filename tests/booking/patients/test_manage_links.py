"""The mail with the manage link: to a corrected address, or again to who has lost it."""

import pytest

from booking.domain.errors import InvalidInput, NoMails, NotFound, TooLateToChange, TooManyCorrections
from booking.domain.tokens import hash_of
from booking.patients.contacts import contacts_by_id
from booking.patients.correct_email import CorrectedBooking, Correction, correct_email
from booking.patients.lost_link import MOST_A_DAY, send_link_again
from booking.storage.database import Database
from booking.storage.models.appointments import MOST_EMAIL_CORRECTIONS
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointments_by_manage_token
from booking.storage.queries.outbox import claim_deliveries
from booking.storage.session import BookingSession
from tests.booking.appointments.by_staff.front_desk import HOUR, NINE, mails, open_desk
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW, open_clinic, small_clinic

RIGHT = "patient@example.org"
SOURCE = "192.0.2.1"


@pytest.fixture
async def booking(database: Database) -> SampleBooking:
    """A visit whose first mail is sent."""
    await open_desk(database)
    booking = await make_booking(database, NINE, service="visit", practitioner="one")
    await mails(database, at=NOW)
    return booking


async def correct(booking: SampleBooking, email: str, token: str | None = None) -> CorrectedBooking:
    async with booking.database.write() as session:
        correction = Correction(token or booking.token, email)
        return await correct_email(session, correction, source=SOURCE, now=NOW)


async def address(booking: SampleBooking) -> str:
    patient = booking.appointments[0].patient
    async with booking.database.read() as session:
        return (await contacts_by_id(session, [patient]))[patient].email


async def clock(_session: BookingSession) -> object:
    return NOW


async def ask(booking: SampleBooking, reference: str, email: str) -> None:
    await send_link_again(booking.database, reference, email, source=SOURCE, clock=clock)  # type: ignore[arg-type]


async def test_a_corrected_address_gets_the_confirmation(booking: SampleBooking) -> None:
    corrected = await correct(booking, f" {RIGHT}")

    assert corrected.email == await address(booking) == RIGHT
    [(_, text)] = await mails(booking.database, at=NOW)
    assert text.startswith("Your visit is booked\n")
    assert f"#{corrected.manage_token}" in text


async def test_an_address_is_corrected_three_times_and_no_more(booking: SampleBooking) -> None:
    token = booking.token
    for number in range(MOST_EMAIL_CORRECTIONS):
        token = (await correct(booking, f"{number}@example.org", token)).manage_token
    with pytest.raises(TooManyCorrections):
        await correct(booking, RIGHT, token)

    assert await address(booking) == "2@example.org"


async def test_what_can_not_be_corrected_stays(booking: SampleBooking) -> None:
    with pytest.raises(InvalidInput) as wrong:
        await correct(booking, "nobody")
    assert wrong.value.path == ("email",)
    with pytest.raises(NotFound):
        await correct(booking, RIGHT, "0" * 64)
    await booking.cancel(at=NOW)
    with pytest.raises(TooLateToChange):
        await correct(booking, RIGHT)

    assert await address(booking) == "patient@example.com"


async def test_links_that_were_mailed_to_the_wrong_address_open_nothing_any_more(
    booking: SampleBooking,
) -> None:
    await ask(booking, booking.appointments[0].reference, "patient@example.com")
    async with booking.database.write() as session:
        [mail] = await claim_deliveries(session, MAIL_LISTENER, now=NOW, until=NOW + HOUR, limit=9)
    assert mail.manage_token is not None
    version = booking.appointments[0].version
    right = (await correct(booking, RIGHT)).manage_token

    async with booking.database.read() as session:
        for token in (mail.manage_token, booking.token):
            assert await appointments_by_manage_token(session, hash_of(token)) == []
        [row] = await appointments_by_manage_token(session, hash_of(right))
    assert row.version == version  # Staff who have the visit open can go on.


async def test_a_lost_link_is_mailed_to_the_address_of_the_booking(booking: SampleBooking) -> None:
    typed = booking.appointments[0].reference.replace("-", " ").lower().replace("0", "o")

    await ask(booking, typed, "Patient@Example.com")

    [(_, text)] = await mails(booking.database, at=NOW)
    assert "/manage?lang=en#" in text
    assert booking.token not in text


async def test_who_is_no_patient_gets_no_mail_and_no_other_answer(booking: SampleBooking) -> None:
    reference = booking.appointments[0].reference
    await ask(booking, reference, "other@example.com")
    await ask(booking, "ABCD-1234", "patient@example.com")
    await booking.cancel(at=NOW)
    await ask(booking, reference, "patient@example.com")

    assert await mails(booking.database, at=NOW) == []


async def test_a_lost_link_is_mailed_three_times_a_day_and_no_more(booking: SampleBooking) -> None:
    for _ in range(MOST_A_DAY + 1):
        await ask(booking, booking.appointments[0].reference, "patient@example.com")

    assert len(await mails(booking.database, at=NOW)) == MOST_A_DAY


@pytest.mark.parametrize(
    ("reference", "email", "path"),
    [("ABC", "a@example.com", "reference"), ("", "a@example.com", "reference"), ("ABCD1234", "a", "email")],
)
async def test_what_is_no_reference_or_address_is_said(
    booking: SampleBooking, reference: str, email: str, path: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        await ask(booking, reference, email)

    assert wrong.value.path == (path,)


async def test_a_server_without_mails_says_so(database: Database) -> None:
    await open_clinic(database, small_clinic())
    booking = await make_booking(database, NINE, service="visit", practitioner=None)

    with pytest.raises(NoMails):
        await ask(booking, "ABCD1234", "a@example.com")
    with pytest.raises(NoMails):
        await correct(booking, RIGHT)
