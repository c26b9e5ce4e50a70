"""The listeners that tell members of the staff of changes of visits, one for each who asked for it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from zoneinfo import ZoneInfo

from booking.appointments.blocked_time.desk_rows import actor_text
from booking.background import Clock
from booking.catalogue.lookup import all_locations, all_practitioners, all_services
from booking.domain.actor import Actor, ActorKind
from booking.domain.events import Event
from booking.domain.hookspecs import DynamicListeners
from booking.notifications.listener import TakesMails
from booking.notifications.staff.choice import NoticeChoice, chosen_notices, listener_name
from booking.notifications.staff.mail import ChangedVisit, NoticeContext, write_notice_message
from booking.notifications.staff.net_change import (
    DELAY,
    KINDS,
    NetChange,
    VisitNow,
    VisitTime,
    events_of_mail,
    net_changes,
)
from booking.staff.accounts import StaffMember
from booking.storage.database import Database
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.staff import account_by_id
from booking.storage.queries.desk.staff_notices import actor_of, events_beside, postpone_delivery
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class StaffMails:
    """`site` is where our pages are, like `https://booking.example.com`."""

    database: Database
    server: TakesMails
    site: str
    clock: Clock

    @property
    def listeners(self) -> DynamicListeners:
        """Members of the staff as listeners, by their ids."""
        return lambda member: partial(self._tell, uuid.UUID(hex=member))

    async def _tell(self, member: uuid.UUID, event: Event, _manage_token: str | None) -> None:
        """Send the mail once `DELAY` has passed, unless a further change of the same visit has its own."""
        if event.kind not in KINDS:
            return
        async with self.database.read() as session:
            now = await self.clock(session)
        if now < (due_at := event.occurred_at + DELAY):
            async with self.database.write() as session:
                await postpone_delivery(session, event.id, listener_name(member), due_at=due_at)
            return
        async with self.database.read() as session:
            message = await compose_notice(session, member, event, site=self.site, now=now)
        if message is not None:
            await self.server.send(message)


async def compose_notice(
    session: BookingSession, member_id: uuid.UUID, event: Event, *, site: str, now: datetime
) -> EmailMessage | None:
    """The mail to one member without its sender; None if there is nothing that they are to hear."""
    row = await account_by_id(session, member_id)
    if row is None or row.disabled_at is not None or row.email is None:
        return None
    member = StaffMember.of(row)
    visits = await _visits(session, member, event, now=now)
    if not visits:
        return None
    context = NoticeContext(
        clinic=await get_clinic(session),
        member=member,
        visits=visits,
        services=await all_services(session),
        practitioners=await all_practitioners(session),
        locations=await all_locations(session),
    )
    return write_notice_message(context, event, site=site, email=row.email)


async def _visits(
    session: BookingSession, member: StaffMember, event: Event, *, now: datetime
) -> Sequence[ChangedVisit]:
    """What others have made of visits, as far as the member may see them and chose to hear."""
    events = events_of_mail(event, await events_beside(session, event, listener_name(member.id)))
    own = actor_text(Actor(ActorKind.STAFF, str(member.id), ""))
    if all([await actor_of(session, each) == own for each in events]):
        return []  # Of none, too: a later event has the mail.
    appointments = {appointment for each in events for appointment in each.appointments}
    rows = {row.id: row for row in await appointments_by_id(session, appointments)}
    states = {
        row.id: VisitNow(VisitTime(row.starts_at, row.practitioner), row.stands) for row in rows.values()
    }
    choice = await chosen_notices(session, member.id)
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    heard = []
    for change in net_changes(events, states):
        seen = change.of(member.only_practitioner) if member.only_practitioner else change
        if seen and is_chosen(seen, choice, zone, happened_at=event.occurred_at, now=now):
            heard.append(ChangedVisit(rows[change.appointment], seen))
    return heard


def is_chosen(
    change: NetChange, choice: NoticeChoice, zone: ZoneInfo, *, happened_at: datetime, now: datetime
) -> bool:
    """Whether the member hears of the change: never once all of its times have passed.

    Days are the clinic's own (`zone`).
    """
    ahead = [time.starts_at for time in change.times if time.starts_at > now]
    if change.kind not in choice.kinds or not ahead:
        return False
    if choice.within_days is None:
        return True
    days = min(ahead).astimezone(zone).date() - happened_at.astimezone(zone).date()
    return days.days <= choice.within_days
