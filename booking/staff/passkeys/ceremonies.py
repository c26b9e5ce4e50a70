"""Passkeys (WebAuthn): a member adds them, and signs in with one without a name or a password."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from webauthn import generate_authentication_options, generate_registration_options, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from booking.domain.actor import Actor
from booking.domain.display_name import check_display_name
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.staff.account_events import record_change
from booking.staff.accounts import StaffMember
from booking.staff.passkeys.credentials import (
    RelyingParty,
    UnusableCredential,
    challenge_in,
    new_credential,
    shown_credential,
    verified_new,
    verified_shown,
)
from booking.staff.refusals import SignInRefused
from booking.storage.models.audit import AuditAction
from booking.storage.models.staff.passkeys import PasskeyChallenge, StaffPasskey
from booking.storage.queries.desk.passkeys import (
    delete_expired_challenges,
    passkey_by_credential,
    passkeys_of,
    take_challenge,
)
from booking.storage.queries.desk.staff import account_by_id
from booking.storage.session import BookingSession

log = logging.getLogger("book_online")

CHALLENGE_LIFETIME = timedelta(minutes=5)
MILLISECONDS = int(CHALLENGE_LIFETIME / timedelta(milliseconds=1))
MAX_PASSKEYS = 20


@dataclass(frozen=True)
class Passkey:
    """As a member sees it in the list of theirs."""

    id: uuid.UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: StaffPasskey) -> Self:
        return cls(row.id, row.name, row.created_at, row.last_used_at)


async def registration_options(
    session: BookingSession, member: StaffMember, party: RelyingParty, *, now: datetime
) -> str:
    """What the browser's `navigator.credentials.create` is given, as JSON.

    The passkey is discoverable, and asks for a PIN, a finger or a face each time.
    """
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=member.id.bytes,
        user_name=member.email or member.name,
        user_display_name=member.name,
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=row.credential_id)
            for row in await passkeys_of(session, member.id)
        ],
    )
    await _store_challenge(session, options.challenge, member.id, now=now)
    return options_to_json(options)


async def add_passkey(
    session: BookingSession,
    member: StaffMember,
    credential: str,
    name: str,
    party: RelyingParty,
    *,
    actor: Actor,
    now: datetime,
) -> Passkey:
    """The passkey that the browser has made, of the JSON that it answered with.

    Raises:
        InvalidInput: the name or the answer can't be used, or there are too many passkeys.
    """
    name = check_display_name(name, owner="A passkey")
    await account_by_id(session, member.id, is_locked=True)
    if len(await passkeys_of(session, member.id)) >= MAX_PASSKEYS:
        message = f"There are {MAX_PASSKEYS} passkeys already. Please remove one first."
        raise InvalidInput(message, path=("passkey",), code=InvalidInputCode.CONFLICT)
    try:
        answer = new_credential(credential)
        challenge = challenge_in(answer)
        made = verified_new(answer, challenge, party)
    except UnusableCredential as reason:
        raise _unusable() from reason
    is_known = await passkey_by_credential(session, made.credential_id) is not None
    if is_known or not await take_challenge(session, challenge, member.id, now=now):
        raise _unusable()
    row = StaffPasskey(
        credential_id=made.credential_id,
        id=uuid.uuid4(),
        member=member.id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
        created_at=now,
        last_used_at=None,
    )
    session.add(row)
    await session.flush()
    await record_change(session, actor, AuditAction.UPDATE, member.id, f"has passkey {row.id}", now=now)
    return Passkey.of(row)


async def authentication_options(session: BookingSession, party: RelyingParty, *, now: datetime) -> str:
    """What the browser's `navigator.credentials.get` is given, as JSON: it names no passkey."""
    options = generate_authentication_options(
        rp_id=party.id, timeout=MILLISECONDS, user_verification=UserVerificationRequirement.REQUIRED
    )
    await _store_challenge(session, options.challenge, None, now=now)
    return options_to_json(options)


async def sign_in_with_passkey(
    session: BookingSession, credential: str, party: RelyingParty, *, now: datetime
) -> StaffMember:
    """The member whose passkey has signed the challenge, of the JSON that the browser answered with.

    Raises:
        SignInRefused: something is wrong, without a difference.
    """
    try:
        return await _signed_in(session, credential, party, now=now)
    except UnusableCredential as reason:
        raise SignInRefused from reason


async def list_passkeys(session: BookingSession, member: StaffMember) -> Sequence[Passkey]:
    """In the order in which they were added."""
    return [Passkey.of(row) for row in await passkeys_of(session, member.id)]


async def _signed_in(
    session: BookingSession, credential: str, party: RelyingParty, *, now: datetime
) -> StaffMember:
    shown = shown_credential(credential)
    challenge = challenge_in(shown)
    if not await take_challenge(session, challenge, None, now=now):
        raise SignInRefused
    row = await passkey_by_credential(session, shown.raw_id)
    account = await account_by_id(session, row.member) if row else None
    if row is None or account is None or account.disabled_at is not None:
        raise SignInRefused
    if shown.response.user_handle not in (None, b"", account.id.bytes):
        raise SignInRefused
    key, count = row.public_key, row.sign_count
    verified = verified_shown(shown, challenge, party, public_key=key, sign_count=count)
    row.sign_count, row.last_used_at = verified.new_sign_count, now
    await session.flush()
    log.info("staff account %s signed in with a passkey", account.id)
    return StaffMember.of(account)


async def _store_challenge(
    session: BookingSession, challenge: bytes, member: uuid.UUID | None, *, now: datetime
) -> None:
    await delete_expired_challenges(session, now=now)
    expires_at = now + CHALLENGE_LIFETIME
    session.add(PasskeyChallenge(challenge=challenge, member=member, expires_at=expires_at))
    await session.flush()


def _unusable() -> InvalidInput:
    message = "This passkey can't be used here. Please try again, or take another device."
    return InvalidInput(message, path=("passkey",), code=InvalidInputCode.WRONG_FORMAT)
