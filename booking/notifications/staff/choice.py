"""Of which changes of visits a member of the staff hears by mail: chosen, and turned off."""

import uuid
from dataclasses import dataclass

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.events import EventKind
from booking.staff.accounts import StaffMember
from booking.storage.models.outbox import OutboxListener
from booking.storage.models.staff.notices import StaffNotices
from booking.storage.queries.desk.staff_notices import notices_of
from booking.storage.queries.outbox import FAMILY_SEPARATOR, add_listener, remove_listener, sends_mails
from booking.storage.session import BookingSession

LISTENER_FAMILY = "staff"
MAX_DAYS = 366


@dataclass(frozen=True)
class NoticeChoice:
    """The kinds of changes, and up to how many days ahead the visit may be; None is any number."""

    bookings: bool = False
    moves: bool = False
    cancellations: bool = False
    within_days: int | None = None

    @property
    def kinds(self) -> set[EventKind]:
        chosen = {
            EventKind.BOOKED: self.bookings,
            EventKind.MOVED: self.moves,
            EventKind.CANCELLED: self.cancellations,
        }
        return {kind for kind, is_chosen in chosen.items() if is_chosen}


def listener_name(member: uuid.UUID) -> str:
    return f"{LISTENER_FAMILY}{FAMILY_SEPARATOR}{member.hex}"


async def chosen_notices(session: BookingSession, member: uuid.UUID) -> NoticeChoice:
    """The member's choice; of nothing unless they made one."""
    row = await notices_of(session, member)
    if row is None:
        return NoticeChoice()
    return NoticeChoice(row.bookings, row.moves, row.cancellations, row.within_days)


async def choose_notices(session: BookingSession, member: StaffMember, choice: NoticeChoice) -> None:
    """Let the member hear of these changes from now on, by mail.

    Raises:
        InvalidInput: the account has no e-mail address, no server of the clinic sends mails, or the number
            of days is out of range.
    """
    row = await notices_of(session, member.id)
    if not choice.kinds:
        if row is not None:
            await session.delete(row)
            await session.flush()
            await remove_listener(session, listener_name(member.id))
        return
    if not member.email:
        message = "Your account has no email address. Please ask an owner to add one."
        raise InvalidInput(message, path=("email",), code=InvalidInputCode.REQUIRED)
    if not await sends_mails(session):
        message = "This server sends no mails. Please ask whoever runs it to connect a mail server."
        raise InvalidInput(message, path=("server",), code=InvalidInputCode.CONFLICT)
    if choice.within_days is not None and not 0 <= choice.within_days <= MAX_DAYS:
        message = f"Please choose up to {MAX_DAYS} days."
        raise InvalidInput(message, path=("withinDays",), code=InvalidInputCode.OUT_OF_RANGE)
    if row is None:
        row = StaffNotices(member=member.id)
        session.add(row)
    row.bookings, row.moves = choice.bookings, choice.moves
    row.cancellations, row.within_days = choice.cancellations, choice.within_days
    await session.flush()
    name = listener_name(member.id)
    if await session.get(OutboxListener, name) is None:
        await add_listener(session, name)
        await session.flush()
