"""Appointments that are booked, moved and cancelled, and the mails about them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from booking.appointments.book import BookingRequest, book
from booking.appointments.cancel import cancel, undo_cancellation
from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.events import Event, EventKind
from booking.domain.screening import Answer
from booking.notifications.message import compose_mail
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from tests.support.clinics import NOW
from tests.support.graphql_client import QUESTIONS

SITE = "https://booking.example.com"
SENDER = "bookings@example.com"
EVENT = uuid.UUID("00000000-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class SampleBooking:
    """One appointment or a course, with the secret of its manage link. Changes return their event."""

    database: Database
    appointments: Sequence[Appointment]
    token: str

    def event(self, kind: EventKind = EventKind.BOOKED, *, at: datetime = NOW) -> Event:
        return Event(EVENT, kind, tuple(each.id for each in self.appointments), at)

    async def move(
        self,
        to: datetime,
        *,
        at: datetime,
        index: int = 0,
        practitioner: str | None = None,
        location: str | None = None,
    ) -> Event:
        before = self.appointments[index]
        request = RescheduleRequest(self.token, to, before.id, practitioner, location)
        async with self.database.write() as session:
            former = (await session.get_one(Appointment, before.id)).slot
            await reschedule(session, request, now=at)
        return Event(EVENT, EventKind.MOVED, (before.id,), at, former.starts_at, former.location)

    async def cancel(self, *, at: datetime, index: int = 0) -> Event:
        async with self.database.write() as session:
            await cancel(session, self.token, self.appointments[index].id, now=at)
        return Event(EVENT, EventKind.CANCELLED, (self.appointments[index].id,), at)

    async def undo_cancellation(self, *, at: datetime) -> Event:
        async with self.database.write() as session:
            await undo_cancellation(session, self.token, self.appointments[0].id, now=at)
        return self.event(at=at)

    async def mail(self, event: Event | None = None, *, site: str = SITE) -> EmailMessage:
        message = await self.mail_or_none(event or self.event(), site=site)
        assert message is not None
        return message

    async def mail_or_none(
        self, event: Event, *, site: str = SITE, now: datetime | None = None
    ) -> EmailMessage | None:
        async with self.database.read() as session:
            return await compose_mail(
                session,
                event,
                site=site,
                sender=SENDER,
                manage_token=self.token,
                now=now or event.occurred_at,
            )


async def make_booking(
    database: Database,
    *times: datetime,
    service: str = "physiotherapy-assessment",
    practitioner: str | None = "sample-practitioner-a",
    name: str = "Sample Patient",
    email: str = "patient@example.com",
    phone: str = "416 555 0123",
    language: str = "en",
    answers: Mapping[str, Answer] | None = None,
    booked_by: str | None = None,
    consent: str | None = None,
    contact_name: str = "",
    note: str = "",
    now: datetime = NOW,
) -> SampleBooking:
    needs_answers: Iterable[str] = QUESTIONS if service.startswith("dry-needling") else ()
    given = dict.fromkeys(needs_answers, Answer.NO) | dict(answers or {})
    async with database.write() as session:
        requests = [HoldRequest(service, time, practitioner) for time in times]
        tokens = [(await hold_slot(session, request, now=now))[1] for request in requests]
        patient = (name, email, phone, given, language)
        request = BookingRequest(
            tokens,
            len(tokens) > 1,
            *patient,
            booked_by=booked_by,
            consent_text=consent,
            contact_name=contact_name,
            note=note,
        )
        booking = await book(session, request, now=now)
    assert booking.manage_token is not None
    return SampleBooking(database, booking.appointments, booking.manage_token)


def text_of(mail: EmailMessage) -> str:
    return _part(mail, "plain").replace("\N{NO-BREAK SPACE}", " ")


def html_of(mail: EmailMessage) -> str:
    return _part(mail, "html").replace("\N{NO-BREAK SPACE}", " ")


def calendar_of(mail: EmailMessage) -> str:
    """All that calendars read of it, one file behind the other."""
    return "".join(file for _, file in calendar_files(mail))


def calendar_files(mail: EmailMessage) -> Sequence[tuple[str, str]]:
    """The method outside of each file that a calendar takes over by itself, and the file."""
    return [
        (str(part.get_param("method")), bytes(part.get_payload(decode=True)).decode())
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())
