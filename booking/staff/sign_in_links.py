"""Links that sign a member of the staff in once: the first time, or where all other ways are lost."""

from datetime import datetime, timedelta

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.tokens import hash_of, new_token, token_in
from booking.staff.accounts import StaffMember, get_member
from booking.staff.refusals import SignInRefused
from booking.storage.models.staff.accounts import SignInLink
from booking.storage.queries.desk.staff import account_by_id, delete_links_of, member_of_used_link
from booking.storage.session import BookingSession

LINK_LIFETIME = timedelta(hours=24)


async def new_link(session: BookingSession, member: StaffMember, *, now: datetime) -> str:
    """The link's secret, which is returned only here. A former link of the member ends.

    Raises:
        InvalidInput: the account is disabled.
    """
    row = await account_by_id(session, member.id, is_locked=True)
    if row is None or row.disabled_at is not None:
        message = f"The account of {member.name} is disabled. Please enable it first."
        raise InvalidInput(message, path=("member",), code=InvalidInputCode.CONFLICT)
    await delete_links_of(session, member.id)
    token = new_token()
    session.add(
        SignInLink(
            token_hash=hash_of(token), member=member.id, created_at=now, expires_at=now + LINK_LIFETIME
        )
    )
    await session.flush()
    return token


async def use_link(session: BookingSession, token: str, *, now: datetime) -> StaffMember:
    """The member whose link this is. It signs nobody in a second time.

    Raises:
        SignInRefused: it is unknown, used, expired or replaced, or the account is disabled.
    """
    # Found by its hash, so that the time it takes says nothing about the secret.
    member = await member_of_used_link(session, hash_of(token_in(token)), now=now)
    if member is None:
        raise SignInRefused
    return await get_member(session, member)
