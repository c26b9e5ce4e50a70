"""A clinic with a waiting list, and its mail server, by a clock that stands still."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from booking.appointments.cancel import cancel
from booking.notifications.listener import mail_listener
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListOffer
from booking.storage.session import BookingSession
from booking.waiting_list.accept import AcceptRequest, accept_offer
from booking.waiting_list.entry import WaitingState, waiting_state
from booking.waiting_list.join import Joined, JoinRequest, join_waiting_list
from booking.waiting_list.leave import decline_offer, leave_waiting_list
from booking.waiting_list.worker import fill_open_times
from tests.booking.notifications.bookings import SITE, SampleBooking, make_booking
from tests.booking.reminders.reminded_clinic import SentMails
from tests.support.clinics import practitioner, small_clinic

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NOON = datetime.fromisoformat("2026-11-23T12:00:00-05:00")
"""Monday in Toronto, outside of quiet hours."""
NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)
LINK = re.compile(r"https://booking\.example\.com/waiting/([0-9a-f]{64})")


def waiting_clinic(
    waiting_list: str = "", *, hours: str = "09:00-10:00", service: str = "", more: str = "", **policy: str
) -> str:
    """Practitioner one has two times of half an hour on each day, at nine and at half past."""
    rules = {"slot_step": "30 min", "horizon": "30 days"} | policy
    clinic = small_clinic(
        practitioners=practitioner("one", hours) + more, service=service, policy=rules, duration="30 min"
    )
    return f"{clinic}\n[waiting_list]\n{waiting_list}\n"


@dataclass
class WaitingClinic:
    """What a server does while it runs, step by step."""

    database: Database
    now: datetime = NOON
    server: SentMails = field(default_factory=SentMails)

    def __post_init__(self) -> None:
        listener = mail_listener(self.database, self.server, site=SITE, clock=self.clock)
        self.relay = OutboxRelay(self.database, {MAIL_LISTENER: listener}, clock=self.clock)

    async def clock(self, _session: BookingSession) -> datetime:
        return self.now

    async def book(self, *times: datetime, who: str = "one", **details: Any) -> list[SampleBooking]:
        """Bookings of one visit each."""
        return [
            await make_booking(
                self.database, time, service="visit", practitioner=who, now=self.now, **details
            )
            for time in times
        ]

    async def fill_day(self, day: datetime = NINE) -> list[SampleBooking]:
        """Book both times of a day."""
        return await self.book(day, day + 30 * MINUTE, email="booked@example.com")

    async def cancel(self, booking: SampleBooking) -> None:
        async with self.database.write() as session:
            await cancel(session, booking.token, None, now=self.now)

    async def join(self, name: str = "a", **wishes: Any) -> Joined:
        """A patient of this name waits for any time of Tuesday."""
        details = {"name": f"Sample {name}", "email": f"{name}@example.com", "phone": "416 555 0123"}
        given: dict[str, Any] = {"service": "visit", "first_day": TUESDAY, "last_day": TUESDAY}
        if "manage_token" in wishes:
            given, details = {}, {}
        request = JoinRequest(**(given | details | {"language": "en"} | wishes))
        async with self.database.write() as session:
            return await join_waiting_list(session, request, now=self.now)

    async def fill(self, *, sweep: bool = False) -> None:
        await fill_open_times(self.database, now=self.now, sweep=sweep)

    async def offers(self) -> list[WaitingListOffer]:
        """In the order in which they were made."""
        query = select(WaitingListOffer).order_by(WaitingListOffer.offered_at, WaitingListOffer.starts_at)
        async with self.database.read() as session:
            return list(await session.scalars(query))

    async def state(self, token: str) -> WaitingState:
        async with self.database.read() as session:
            state = await waiting_state(session, token)
        assert state is not None
        return state

    async def open_offer(self, joined: Joined) -> WaitingListOffer | None:
        return (await self.state(joined.token)).open_offer(self.now)

    async def accept(self, joined: Joined, offer: uuid.UUID, **answers: Any) -> Appointment:
        request = AcceptRequest(joined.token, offer, **answers)
        async with self.database.write() as session:
            return await accept_offer(session, request, now=self.now)

    async def decline(self, joined: Joined, offer: uuid.UUID) -> None:
        async with self.database.write() as session:
            await decline_offer(session, joined.token, offer, now=self.now)

    async def leave(self, joined: Joined) -> None:
        async with self.database.write() as session:
            await leave_waiting_list(session, joined.token, now=self.now)

    async def deliver(self) -> list[EmailMessage]:
        """The mails that leave now."""
        before = len(self.server.taken)
        while await self.relay.deliver_due():
            pass
        return self.server.taken[before:]
