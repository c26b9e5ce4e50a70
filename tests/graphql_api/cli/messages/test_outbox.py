"""Mails wait in the outbox, are seen there, and are delivered again from the command line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from booking.domain.events import Event
from booking.domain.hookspecs import PermanentFailure
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from booking.storage.queries.outbox import register_listeners
from booking.storage.session import BookingSession
from graphql_api.cli.main import main
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic

Command = Callable[..., Awaitable[tuple[object, str]]]
NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)


@pytest.fixture
def outbox(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """`book-online outbox ...`: its exit status or message, and what it prints."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run() -> object:
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return None

    async def command(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["book-online", "outbox", *arguments])
        ended = await asyncio.to_thread(run)
        return ended, capsys.readouterr().out

    return command


async def now(_session: BookingSession) -> datetime:
    return NOW


class MailListener:
    """Refuses for good while `is_refusing`."""

    def __init__(self) -> None:
        self.is_refusing = True
        self.delivered = 0

    async def __call__(self, _event: Event, _manage_token: str | None) -> None:
        if self.is_refusing:
            raise PermanentFailure("no such mailbox")
        self.delivered += 1


async def test_mails_are_seen_retried_and_their_listener_removed(database: Database, outbox: Command) -> None:
    await open_clinic(database)
    assert await outbox("list") == (0, "No server has registered a listener.\n")
    async with database.write() as session:
        await register_listeners(session, ["mail"])
    booking = await make_booking(database, NINE)
    listed = f"mail\t1 waiting, the oldest since {NOW:%Y-%m-%d %H:%M:%S} UTC\t0 given up\n"
    assert await outbox("list") == (0, listed)

    listener = MailListener()
    relay = OutboxRelay(database, {"mail": listener}, clock=now)
    await relay.deliver_due()
    assert await outbox("list") == (0, "mail\t0 waiting\t1 given up\n")
    _, log = await outbox("log", "mail")
    assert log.endswith("appointment.booked\tattempts 1\tgiven up\n")
    assert booking.token not in log

    listener.is_refusing = False
    assert await outbox("retry", "mail") == (0, "1 will be delivered again by a server.\n")
    # The command writes at the database's time, which is ahead of the test's.
    await OutboxRelay(database, {"mail": listener}, clock=current_time).deliver_due()
    assert listener.delivered == 1
    assert "delivered" in (await outbox("log", "mail"))[1]

    ended, asked = await outbox("remove", "mail")
    assert "Say --yes" in str(ended)
    assert "0 deliveries that wait" in asked
    assert "mail\t" in (await outbox("list"))[1]
    assert (await outbox("remove", "mail", "--yes"))[1].endswith("mail is removed.\n")
    assert "There is no listener 'mail'. Known: none." in str((await outbox("log", "mail"))[0])
