"""Accounts of the clinic's staff: added, found, given another role, disabled and enabled."""

import unicodedata
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from email_validator import EmailNotValidError
from sqlalchemy.exc import IntegrityError

from booking.domain.actor import Actor
from booking.domain.contact import parse_email
from booking.domain.display_name import check_display_name
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.role import Role
from booking.i18n.locales import locales
from booking.staff.account_events import record_change
from booking.staff.refusals import LastOwner
from booking.storage.models.audit import AuditAction
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.staff.accounts import StaffAccount
from booking.storage.queries.desk.staff import (
    account_by_email,
    account_by_id,
    account_by_name_key,
    all_accounts,
    delete_links_of,
    end_open_sessions,
    lock_owners,
)
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class StaffMember:
    """A person with an account at the front desk; `practitioner` is a slug, of the role of that name.

    `language` is the one in which they read the desk; None leaves that to the browser.
    """

    id: uuid.UUID
    name: str
    role: Role
    practitioner: str | None
    email: str | None = None
    language: str | None = None
    disabled_at: datetime | None = None

    @classmethod
    def of(cls, row: StaffAccount) -> Self:
        return cls(row.id, row.name, row.role, row.practitioner, row.email, row.language, row.disabled_at)

    @property
    def is_owner(self) -> bool:
        return self.role is Role.OWNER

    @property
    def only_practitioner(self) -> str | None:
        """The slug of the one practitioner whose visits and patients the member may see; None: of all."""
        return self.practitioner if self.role is Role.PRACTITIONER else None


async def add_member(
    session: BookingSession,
    name: str,
    role: Role,
    practitioner: str | None = None,
    *,
    email: str | None = None,
    actor: Actor,
    now: datetime,
) -> StaffMember:
    """A new account, which nobody can sign in to without a link.

    Raises:
        InvalidInput: the name, the practitioner or the e-mail address can't be used, or is another account's.
    """
    name = check_display_name(name, owner="A member of the staff")
    if await account_by_name_key(session, key := name_key(name)):
        message = f"There is an account of {name} already. Please enable it, or choose another name."
        raise InvalidInput(message, path=("name",), code=InvalidInputCode.CONFLICT)
    row = StaffAccount(
        id=uuid.uuid4(),
        name=name,
        name_key=key,
        email=await _checked_email(session, email),
        role=role,
        practitioner=await _checked_practitioner(session, role, practitioner),
        created_at=now,
        disabled_at=None,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as reason:  # Two browsers sent the same form.
        message = "There is such an account already."
        raise InvalidInput(message, path=("name",), code=InvalidInputCode.CONFLICT) from reason
    await record_change(session, actor, AuditAction.CREATE, row.id, f"added as {role}", now=now)
    return StaffMember.of(row)


async def change_role(
    session: BookingSession,
    id: uuid.UUID,
    role: Role,
    practitioner: str | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> StaffMember:
    """Another role, which counts from the member's next request on.

    Raises:
        NotFound: there is no such account.
        InvalidInput: the practitioner is missing, unknown, or too much.
        LastOwner: nobody else could manage the accounts.
    """
    row = await _locked(session, id, stays_owner=role is Role.OWNER)
    slug = await _checked_practitioner(session, role, practitioner)
    row.role, row.practitioner = role, slug
    await session.flush()
    await record_change(session, actor, AuditAction.UPDATE, row.id, f"role is now {role}", now=now)
    return StaffMember.of(row)


async def choose_language(session: BookingSession, member: StaffMember, language: str) -> None:
    """Let the desk speak to the member in one of its languages, whatever the browser asks for.

    Raises:
        InvalidInput: the desk has no such language.
    """
    if language not in locales():
        message = f"Please choose one of these languages: {', '.join(locales())}."
        raise InvalidInput(message, path=("language",), code=InvalidInputCode.UNKNOWN)
    row = await _locked(session, member.id, stays_owner=True)
    row.language = language
    await session.flush()


async def disable_member(
    session: BookingSession, id: uuid.UUID, *, actor: Actor, now: datetime
) -> StaffMember:
    """End all sessions and links of the account, and let nobody in. Disabling it again changes nothing.

    Raises:
        NotFound: there is no such account.
        LastOwner: nobody else could manage the accounts.
    """
    row = await _locked(session, id, stays_owner=False)
    if row.disabled_at is None:
        row.disabled_at = now
        await session.flush()
        await delete_links_of(session, id)
        await end_open_sessions(session, id, now=now)
        await record_change(session, actor, AuditAction.UPDATE, row.id, "disabled", now=now)
    return StaffMember.of(row)


async def enable_member(
    session: BookingSession, id: uuid.UUID, *, actor: Actor, now: datetime
) -> StaffMember:
    """Let the member sign in again. Sessions and links of before stay ended.

    Raises:
        NotFound: there is no such account.
    """
    row = await _locked(session, id, stays_owner=True)
    if row.disabled_at is not None:
        row.disabled_at = None
        await session.flush()
        await record_change(session, actor, AuditAction.UPDATE, row.id, "enabled", now=now)
    return StaffMember.of(row)


async def list_members(session: BookingSession) -> Sequence[StaffMember]:
    """All accounts in the order of their names, the disabled ones too."""
    return [StaffMember.of(row) for row in await all_accounts(session)]


async def get_member(session: BookingSession, id: uuid.UUID) -> StaffMember:
    """
    Raises:
        NotFound: there is no such account.
    """
    row = await account_by_id(session, id)
    if row is None:
        raise _no_account(str(id))
    return StaffMember.of(row)


async def find_member(session: BookingSession, text: str) -> StaffMember:
    """The member of this id, e-mail address or name, however that is capitalised and spaced.

    Raises:
        NotFound: nobody is called so.
    """
    with suppress(ValueError):
        return await get_member(session, uuid.UUID(text))
    row = None
    if text.isprintable():  # No account has another name, and not each database can look for one.
        row = await account_by_name_key(session, name_key(text))
        row = row or await account_by_email(session, text.strip().casefold())
    if row is None:
        raise _no_account(text)
    return StaffMember.of(row)


def name_key(name: str) -> str:
    """Equal for names that people read as one: in capitals, composed otherwise, with more spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def _no_account(text: str) -> NotFound:
    return NotFound(f"There is no account {text!r}. `book-online staff list` shows all.")


async def _locked(session: BookingSession, id: uuid.UUID, *, stays_owner: bool) -> StaffAccount:
    """The account, which no other transaction changes until this one ends.

    Raises:
        NotFound: there is no such account.
        LastOwner: it would stay no owner, and is the last one.
    """
    owners = [] if stays_owner else await lock_owners(session)
    row = await account_by_id(session, id, is_locked=True)
    if row is None:
        raise _no_account(str(id))
    if list(owners) == [id]:
        raise LastOwner
    return row


async def _checked_practitioner(session: BookingSession, role: Role, slug: str | None) -> str | None:
    if role is not Role.PRACTITIONER and slug is not None:
        message, code = f"The role {role} has no practitioner.", InvalidInputCode.CONFLICT
    elif role is not Role.PRACTITIONER:
        return None
    elif slug is None:
        message, code = "Please say which practitioner this is, by the slug.", InvalidInputCode.REQUIRED
    elif (row := await session.get(Practitioner, slug)) is None or not row.listed:
        message, code = f"There is no practitioner {slug!r}.", InvalidInputCode.UNKNOWN
    else:
        return slug
    raise InvalidInput(message, path=("practitioner",), code=code)


async def _checked_email(session: BookingSession, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        email = parse_email(text.strip()).normalized.casefold()
    except EmailNotValidError as reason:
        message = f"{text!r} is no e-mail address."
        raise InvalidInput(message, path=("email",), code=InvalidInputCode.WRONG_FORMAT) from reason
    if await account_by_email(session, email):
        message = f"{email} belongs to another account."
        raise InvalidInput(message, path=("email",), code=InvalidInputCode.CONFLICT)
    return email
