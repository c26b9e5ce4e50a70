"""Which secrets are right, of any kind that a client may have, by their hashes; and whose a feed's is."""

from collections.abc import Collection

from sqlalchemy import bindparam, select, union_all

from booking.storage.models.appointments import Appointment
from booking.storage.models.calendar_feeds import AnyFeed, CalendarFeed, FreeBusyFeed
from booking.storage.models.catalogue import Practitioner
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.holds import Hold
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.session import BookingSession

COLUMNS = (
    Appointment.manage_token_hash,
    ManageLink.token_hash,
    Hold.token_hash,
    IdempotencyKey.key_hash,
    CalendarFeed.token_hash,
    FreeBusyFeed.token_hash,
)
AMONG = union_all(
    *(select(column).where(column.in_(bindparam("hashes", expanding=True))) for column in COLUMNS)
)


async def right_secrets(session: BookingSession, hashes: Collection[bytes]) -> set[bytes]:
    """Those of the hashes that are of manage tokens, holds, idempotency keys and feeds."""
    return set((await session.scalars(AMONG, {"hashes": list(hashes)})).all())


async def practitioner_of_feed(
    session: BookingSession, token_hash: bytes, *, kind: AnyFeed = CalendarFeed
) -> Practitioner | None:
    """Whose feed of the kind this is the secret of; None once the clinic has withdrawn the practitioner."""
    query = (
        select(Practitioner)
        .join(kind, kind.practitioner == Practitioner.slug)
        .where(kind.token_hash == token_hash, Practitioner.listed)
    )
    return (await session.scalars(query)).one_or_none()
