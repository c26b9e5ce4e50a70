"""What follows from the catalogue alone is worked out once for each of its revisions."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage import queries
from booking.storage.database import kept_by

T = TypeVar("T")


async def kept(
    session: AsyncSession,
    key: Hashable,
    work_out: Callable[[], Awaitable[T]],
    *,
    weigh: Callable[[T], int] = lambda _: 1,
) -> T:
    """Rows in it belong to no session: they are read, never changed. It costs no statement of its own.

    There is room for what weighs `Kept.MOST` together.
    """
    revision = (await queries.the_clinic(session)).catalogue_revision
    found: T | None = kept_by(session).get(revision, key)
    if found is None:
        found = await work_out()
        kept_by(session).keep(revision, key, found, weigh(found))
    return found
