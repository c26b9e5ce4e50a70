"""Members of the staff hear by mail of what others have done: once, and of what they chose."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import InvalidInput
from booking.domain.role import Role
from booking.notifications.smtp import PermanentMailFailure, TemporaryMailFailure
from booking.notifications.staff.choice import LISTENER_FAMILY, NoticeChoice, choose_notices, chosen_notices
from booking.notifications.staff.listener import StaffMails
from booking.outbox.relay import OutboxRelay
from booking.staff.accounts import StaffMember, add_member, choose_language, disable_member
from booking.storage.database import Database
from booking.storage.session import BookingSession
from tests.booking.appointments.by_staff.front_desk import (
    HOUR,
    MINUTE,
    NINE,
    RECEPTION,
    TEN,
    call_off,
    move,
    open_desk,
    undo,
)
from tests.booking.notifications.bookings import SITE, html_of, make_booking, text_of
from tests.support.clinics import NOW
from tests.support.graphql_client import shows_phone

ALL = NoticeChoice(bookings=True, moves=True, cancellations=True)
OPERATOR = Actor(ActorKind.COMMAND_LINE, "operator", "test")
DAY = timedelta(days=1)


@dataclass
class Office:
    """A clinic whose mails are kept here; `failures` are raised at the next attempts to send."""

    database: Database
    now: datetime = NOW
    sent: list[EmailMessage] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    sender: Address = field(default_factory=lambda: Address("", "bookings", "example.com"))

    async def send(self, message: EmailMessage) -> None:
        if self.failures:
            raise self.failures.pop()
        self.sent.append(message)

    async def member(
        self,
        choice: NoticeChoice = ALL,
        *,
        name: str = "Sample Reception",
        role: Role = Role.RECEPTION,
        practitioner: str | None = None,
    ) -> StaffMember:
        email = f"{name.lower().replace(' ', '.')}@clinic.example.com"
        async with self.database.write() as session:
            member = await add_member(session, name, role, practitioner, email=email, actor=OPERATOR, now=NOW)
            await choose_notices(session, member, choice)
        return member

    async def mails_at(self, at: datetime) -> list[tuple[str, str]]:
        """To whom, and the subject, of each mail that is sent up to then."""
        self.now, self.sent = at, []
        listeners = StaffMails(self.database, self, SITE, self.clock).listeners
        relay = OutboxRelay(self.database, {}, {LISTENER_FAMILY: listeners}, clock=self.clock)
        while await relay.deliver_due():
            pass
        return [
            (mail["To"].addresses[0].username, mail["Subject"].replace("\N{NO-BREAK SPACE}", " "))
            for mail in self.sent
        ]

    async def clock(self, _: BookingSession) -> datetime:
        return self.now


@pytest.fixture
async def office(database: Database) -> Office:
    await open_desk(database)
    return Office(database)


async def book(office: Office, at: datetime = NINE, who: str = "one") -> uuid.UUID:
    booking = await make_booking(office.database, at, service="visit", practitioner=who)
    return booking.appointments[0].id


async def test_a_booking_online_is_told_three_minutes_later(office: Office) -> None:
    await office.member()
    await book(office)

    assert await office.mails_at(NOW) == []
    assert await office.mails_at(NOW + 2 * MINUTE) == []
    [(to, subject)] = await office.mails_at(NOW + 3 * MINUTE)

    assert (to, subject) == ("sample.reception", "A visit is booked: Tuesday, November 24, 9:00 a.m.")
    [mail] = office.sent
    text = text_of(mail)
    for part in (
        "9:00 a.m. to 9:30 a.m. EST",
        "/desk/visits/",
        "You get this email because you asked for it",
    ):
        assert part in text
    for secret in ("Sample Patient", "patient@example.com", "manage#"):
        assert secret not in text + html_of(mail)
    assert not shows_phone(text + html_of(mail))
    assert await office.mails_at(NOW + HOUR) == []


async def test_changes_within_minutes_are_one_mail_about_what_they_come_to(office: Office) -> None:
    await office.member()
    visit = await book(office)

    await move(office.database, visit, TEN, at=NOW + MINUTE)
    assert [subject for _, subject in await office.mails_at(NOW + HOUR)] == [
        "A visit is booked: Tuesday, November 24, 10:00 a.m."
    ]

    await move(office.database, visit, NINE, at=NOW + HOUR)
    await undo(office.database, at=NOW + HOUR + 2 * MINUTE)
    assert await office.mails_at(NOW + 2 * HOUR) == []


async def test_practitioners_hear_of_their_own_visits_alone(office: Office) -> None:
    for slug in ("one", "two"):
        await office.member(name=f"Sample {slug}", role=Role.PRACTITIONER, practitioner=slug)
    visit = await book(office)
    assert [to for to, _ in await office.mails_at(NOW + HOUR)] == ["sample.one"]

    await move(office.database, visit, TEN, who="two", at=NOW + HOUR)

    mails = dict(await office.mails_at(NOW + 2 * HOUR))
    assert mails == {
        "sample.one": "A visit is cancelled: Tuesday, November 24, 9:00 a.m.",
        "sample.two": "A visit is booked: Tuesday, November 24, 10:00 a.m.",
    }
    # The sheet of a colleague's visit is none of theirs.
    links = {str(mail["To"].addresses[0].username): text_of(mail) for mail in office.sent}
    assert "/desk/day?date=2026-11-24" in links["sample.one"]
    assert f"/desk/visits/{visit}" in links["sample.two"]


async def test_nobody_hears_of_what_they_did_themselves(office: Office) -> None:
    doer, other = await office.member(name="Sample Doer"), await office.member(name="Sample Other")
    visit = await book(office)
    await office.mails_at(NOW + HOUR)
    own = Actor(ActorKind.STAFF, str(doer.id), "192.0.2.7")

    await call_off(office.database, visit, at=NOW + HOUR, actor=own)
    assert [to for to, _ in await office.mails_at(NOW + HOUR + 4 * MINUTE)] == ["sample.other"]
    await undo(office.database, at=NOW + HOUR + 4 * MINUTE, actor=own)
    assert [to for to, _ in await office.mails_at(NOW + 2 * HOUR)] == ["sample.other"]
    assert other.name == "Sample Other"


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        (NoticeChoice(bookings=True), ["booked"]),
        (NoticeChoice(moves=True), ["moved"]),
        (NoticeChoice(cancellations=True), ["cancelled"]),
        (ALL, ["booked", "moved", "cancelled"]),
    ],
)
async def test_only_the_chosen_kinds_are_told(office: Office, choice: NoticeChoice, kinds: list[str]) -> None:
    await office.member(choice)
    visit = await book(office)
    subjects = await office.mails_at(NOW + HOUR)
    await move(office.database, visit, TEN, at=NOW + HOUR)
    subjects += await office.mails_at(NOW + 2 * HOUR)
    await call_off(office.database, visit, at=NOW + 2 * HOUR)
    subjects += await office.mails_at(NOW + 3 * HOUR)

    assert [subject.split(":")[0].rsplit(" ", 1)[1] for _, subject in subjects] == kinds


async def test_only_visits_that_are_near_enough_are_told(office: Office) -> None:
    """On Monday, of a visit on Tuesday and one on Wednesday; a move counts by the nearer of its times."""
    await office.member(NoticeChoice(bookings=True, moves=True, within_days=1))
    near, far = await book(office), await book(office, NINE + DAY)
    assert len(await office.mails_at(NOW + HOUR)) == 1

    await move(office.database, far, NINE + DAY + HOUR, at=NOW + HOUR)
    assert await office.mails_at(NOW + 2 * HOUR) == []
    await move(office.database, near, TEN + 2 * DAY, at=NOW + 2 * HOUR)
    assert len(await office.mails_at(NOW + 3 * HOUR)) == 1


async def test_a_visit_that_is_over_when_the_mail_can_be_sent_is_not_told(office: Office) -> None:
    await office.member()
    await book(office)

    assert await office.mails_at(NINE + DAY) == []


async def test_a_mail_server_that_is_down_loses_nothing_and_repeats_nothing(office: Office) -> None:
    await office.member()
    await book(office)
    assert await office.mails_at(NOW) == []
    office.failures = [TemporaryMailFailure("down")]

    assert await office.mails_at(NOW + 3 * MINUTE) == []
    assert len(await office.mails_at(NOW + 4 * MINUTE)) == 1
    assert await office.mails_at(NOW + HOUR) == []


async def test_an_address_that_bounces_keeps_nobody_else_from_hearing(office: Office) -> None:
    for name in ("Sample A", "Sample B"):
        await office.member(name=name)
    await book(office)
    await office.mails_at(NOW)
    office.failures = [PermanentMailFailure("550")]

    assert len(await office.mails_at(NOW + HOUR)) == 1
    assert await office.mails_at(NOW + DAY) == []


async def test_a_disabled_account_and_one_that_chose_nothing_hear_nothing(office: Office) -> None:
    gone, quiet = await office.member(name="Sample Gone"), await office.member(name="Sample Quiet")
    async with office.database.write() as session:
        await disable_member(session, gone.id, actor=RECEPTION, now=NOW)
        await choose_notices(session, quiet, NoticeChoice())
    await book(office)

    assert await office.mails_at(NOW + HOUR) == []
    async with office.database.read() as session:
        assert await chosen_notices(session, quiet.id) == NoticeChoice()


async def test_the_mail_is_in_the_language_that_the_member_chose(office: Office) -> None:
    member = await office.member()
    async with office.database.write() as session:
        await choose_language(session, member, "fr")
    await book(office)

    [(_, subject)] = await office.mails_at(NOW + HOUR)

    assert subject.startswith("Un rendez-vous est réservé")
    assert office.sent[0]["Content-Language"] == "fr"


@pytest.mark.parametrize("days", [-1, 367])
async def test_a_number_of_days_out_of_range_is_refused(office: Office, days: int) -> None:
    with pytest.raises(InvalidInput):
        await office.member(NoticeChoice(moves=True, within_days=days))
