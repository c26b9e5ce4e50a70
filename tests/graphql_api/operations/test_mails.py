"""A patient is told by mail what a partner or the widget did over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import InvalidSetting, Settings, settings_from
from tests.booking.notifications.mailbox import Mailbox, mailbox
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.graphql_client import GraphQLClient

NINE, TEN = "2026-11-26T09:00:00-05:00", "2026-11-26T10:00:00-05:00"
LATER = "2026-11-27T09:00:00-05:00"
MAIL = {
    "BOOK_ONLINE_MAIL_URL": "smtp://user:secret-word@mail.example.com",
    "BOOK_ONLINE_MAIL_FROM": "a@example.com",
}


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


@pytest.fixture
async def http(
    database: Database, database_url: str, clock: Clock, box: Mailbox
) -> AsyncIterator[httpx.AsyncClient]:
    """Of a server that has a mail server."""
    await open_clinic(database)
    settings = Settings(
        database_url=database_url,
        mail_url=box.url,
        mail_from="Sample Clinic <bookings@example.com>",
        site="https://booking.example.com",
    )
    async with asgi_client(create_app(settings, now=clock)) as client:
        yield client


async def test_the_link_in_the_mail_is_the_one_that_the_partner_received(
    api: GraphQLClient, box: Mailbox
) -> None:
    booked = await api.hold_and_book(NINE)
    (mail,) = await box.arrived(1)

    assert mail["To"] == "Sample Patient <patient@example.com>"
    assert mail["From"] == "Sample Clinic <bookings@example.com>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert f"https://booking.example.com/manage?lang=en#{booked['manageToken']}" in text.get_content()
    assert booked["appointment"]["reference"] in text.get_content()


async def test_mails_about_moving_and_cancelling_come_in_the_order_of_the_changes(
    api: GraphQLClient, box: Mailbox, clock: Clock
) -> None:
    booked = await api.hold_and_book(NINE)
    await box.arrived(1)
    await api.reschedule(booked["manageToken"], TEN)
    await box.arrived(2)
    await api.cancel(booked["manageToken"])
    clock.now += timedelta(minutes=3)
    await api.hold_and_book(LATER)  # A commit wakes the relay.
    mails = await box.arrived(4)

    subjects = [str(mail["Subject"]).partition(":")[0] for mail in mails]
    assert subjects[:2] == ["Your visit is booked", "Your visit is moved"]
    # The mail about another booking may overtake.
    assert sorted(subjects[2:]) == ["Your visit is booked", "Your visit is cancelled"]
    assert len({mail["Message-ID"] for mail in mails}) == 4


async def test_a_course_that_is_moved_has_one_mail(api: GraphQLClient, box: Mailbox, clock: Clock) -> None:
    times = [f"2026-{day}T09:00:00-05:00" for day in ("11-26", "12-03", "12-10")]
    booked = await api.book_course((await api.hold_course(times))["holdTokens"])
    await box.arrived(1)
    plan = await api.course_move(booked["manageToken"], 7)
    moved = await api.reschedule_course(booked["manageToken"], {visit: at or "" for visit, at in plan})
    assert moved["problems"] == []

    _, mail = await box.arrived(2)
    assert mail["Subject"] == "Your visits are moved"
    text = mail.get_body(("plain",))
    assert text is not None
    shown = " ".join(text.get_content().split())
    assert booked["manageToken"] in shown
    assert all(f"Thursday, December {day}" in shown for day in (3, 10, 17))
    assert len([part for part in mail.walk() if part.get_content_type() == "text/calendar"]) == 3

    await api.cancel(booked["manageToken"], appointmentId=plan[0][0])
    clock.now += timedelta(minutes=3)
    await api.hold_and_book(LATER)  # A commit wakes the relay.
    subjects = [str(mail["Subject"]).partition(":")[0] for mail in await box.arrived(4)]
    assert "Your visit is cancelled" in subjects[2:]


async def test_a_booking_does_not_wait_for_its_mail(api: GraphQLClient, box: Mailbox) -> None:
    box.replies["RCPT"] = "451 4.3.0 Later"

    assert await api.hold_and_book(NINE)


@pytest.mark.parametrize(
    "given",
    [
        {"BOOK_ONLINE_MAIL_URL": "smtp://mail.example.com"},
        {"BOOK_ONLINE_MAIL_FROM": "a@example.com"},
        MAIL | {"BOOK_ONLINE_MAIL_URL": "https://user:secret-word@mail.example.com"},
        MAIL | {"BOOK_ONLINE_MAIL_FROM": "nobody"},
        {"BOOK_ONLINE_SITE": "booking.example.com"},
        {"BOOK_ONLINE_SITE": "https://booking.example.com/?page=1"},
        {"BOOK_ONLINE_HOLDS_PER_CLIENT": "0"},
        {"BOOK_ONLINE_HOLDS_PER_CLIENT": "many"},
    ],
)
def test_an_invalid_setting_is_named_without_its_secret(given: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings_from(given)

    assert next(iter(given)) in str(refused.value)
    assert "secret-word" not in str(refused.value)


def test_settings_know_the_mail_server() -> None:
    settings = settings_from(MAIL | {"BOOK_ONLINE_SITE": "https://example.com/booking/"})

    assert settings.mail_server is not None
    assert "secret-word" not in repr(settings)
    assert settings.site == "https://example.com/booking"
