"""Identities at an OpenID provider in the database: one account each, also where two come at once."""

import asyncio
import uuid
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import NotFound
from booking.domain.tokens import hash_of
from booking.staff.account_events import changes_of_accounts
from booking.staff.accounts import StaffMember
from booking.staff.openid.id_token import BadIdToken, ProvenIdentity, proven_identity, signing_keys
from booking.staff.openid.identities import connect_identity, member_of_identity
from booking.staff.openid.registration import Registration
from booking.staff.refusals import IdentityNotConnected, IdentityTaken, LastWayToSignIn
from booking.staff.ways_to_sign_in import remove_identity, remove_password, ways_to_sign_in
from booking.storage.database import Database
from booking.storage.models.staff.openid import OpenIdIdentity, OpenIdRequest
from booking.storage.queries.desk.openid import delete_expired_requests, take_request
from tests.booking.staff.clinic_staff import OPERATOR, add, open_with_owner
from tests.booking.staff.openid_provider import EMAIL, Provider
from tests.booking.staff.passwords_of_staff import HERE, set_up
from tests.support.clinics import NOW

ISSUER = "https://login.example"


def proven(subject: str = "1", email: str | None = EMAIL, issuer: str = ISSUER) -> ProvenIdentity:
    return ProvenIdentity(issuer, subject, email)


async def sign_in(database: Database, identity: ProvenIdentity) -> StaffMember:
    async with database.write() as session:
        return await member_of_identity(session, identity, address=HERE, now=NOW)


async def connect(database: Database, member: StaffMember, identity: ProvenIdentity) -> None:
    async with database.write() as session:
        await connect_identity(session, member, identity, actor=OPERATOR, now=NOW)


async def give_up(database: Database, member: StaffMember) -> None:
    async with database.write() as session:
        await remove_identity(session, member, issuer=ISSUER, actor=OPERATOR, now=NOW)


async def rows(database: Database) -> int:
    async with database.read() as session:
        return (await session.scalars(select(func.count()).select_from(OpenIdIdentity))).one()


async def test_of_many_first_sign_ins_at_once_all_are_the_same_member(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database, email=EMAIL)

    found = await asyncio.gather(*(sign_in(database, proven()) for _ in range(5)))

    assert {each.id for each in found} == {member.id}
    assert await rows(database) == 1


async def test_of_two_identities_with_one_address_the_first_has_the_account(database: Database) -> None:
    await open_with_owner(database)
    await add(database, email=EMAIL)

    outcomes = await asyncio.gather(
        *(sign_in(database, proven(subject)) for subject in "12"), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["IdentityNotConnected", "StaffMember"]
    assert await rows(database) == 1


async def test_of_two_accounts_that_connect_one_identity_one_has_it(database: Database) -> None:
    members = [await open_with_owner(database), await add(database)]

    outcomes = await asyncio.gather(
        *(connect(database, member, proven()) for member in members), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["IdentityTaken", "NoneType"]
    [winner] = [member for member, each in zip(members, outcomes) if each is None]
    assert (await sign_in(database, proven())).id == winner.id


async def test_a_subject_is_another_person_at_another_provider(database: Database) -> None:
    owner = await open_with_owner(database)
    await connect(database, owner, proven())

    for other in (proven(issuer="https://other.example"), proven("1 "), proven("2")):
        with pytest.raises(IdentityNotConnected):
            await sign_in(database, other)
    async with database.read() as session:
        ways = [await ways_to_sign_in(session, owner, issuer=each) for each in (ISSUER, "https://x", None)]
    assert [(each.count, each.identity is not None) for each in ways] == [(1, True), (0, False), (0, False)]


async def test_what_an_account_gave_up_another_may_connect(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database, email=EMAIL)
    await sign_in(database, proven())
    with pytest.raises(IdentityTaken):
        await connect(database, owner, proven())
    with pytest.raises(LastWayToSignIn):
        await give_up(database, other)
    await set_up(database, other)

    await give_up(database, other)

    with pytest.raises(NotFound):
        await give_up(database, other)
    with pytest.raises(IdentityNotConnected):
        await sign_in(database, proven())
    await connect(database, owner, proven())
    assert (await sign_in(database, proven())).id == owner.id


async def test_of_two_ways_given_up_at_once_one_stays(database: Database) -> None:
    owner = await open_with_owner(database)
    await connect(database, owner, proven())
    await set_up(database, owner)

    async def without_password() -> None:
        async with database.write() as session:
            await remove_password(session, owner, issuer=ISSUER, actor=OPERATOR, now=NOW)

    outcomes = await asyncio.gather(give_up(database, owner), without_password(), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["LastWayToSignIn", "NoneType"]
    async with database.read() as session:
        assert (await ways_to_sign_in(session, owner, issuer=ISSUER)).count == 1


async def test_what_is_connected_and_given_up_is_in_the_audit_trail(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database, email=EMAIL)
    await sign_in(database, proven())
    await sign_in(database, proven())
    await set_up(database, member)
    await give_up(database, member)
    await connect(database, member, proven("2"))

    async with database.read() as session:
        details = [event.detail or "" for event in await changes_of_accounts(session)]
    told = [text.rpartition(" ")[0].split(" ", 3)[-1] for text in details if "OpenID" in text]
    assert told == ["has OpenID identity", "lost OpenID identity", "has OpenID identity"]
    assert not [text for text in details if EMAIL in text or ISSUER in text]


async def test_the_database_keeps_a_second_owner_of_an_identity_out(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database)
    row = partial(
        OpenIdIdentity, issuer=ISSUER, connected_at=NOW, last_used_at=None, removed_at=None, subject="1"
    )

    async def add_row(each: OpenIdIdentity) -> None:
        async with database.write() as session:
            session.add(each)
            await session.flush()

    await add_row(row(id=uuid.uuid4(), member=owner.id))
    for wrong in (
        row(id=uuid.uuid4(), member=other.id),
        row(id=uuid.uuid4(), member=owner.id, subject="2"),
        row(id=uuid.uuid4(), member=other.id, subject=None),
        row(id=uuid.uuid4(), member=other.id, subject="2", removed_at=NOW),
        row(id=uuid.uuid4(), member=uuid.uuid4(), subject="2"),
    ):
        with pytest.raises(IntegrityError):
            await add_row(wrong)


async def test_a_request_is_used_up_by_one_answer_and_expires(database: Database) -> None:
    owner = await open_with_owner(database)
    later = NOW + timedelta(minutes=1)
    async with database.write() as session:
        for token, member in (("sign in", None), ("connect", owner.id), ("late", None)):
            expires = NOW if token == "late" else later
            session.add(OpenIdRequest(token_hash=hash_of(token), member=member, expires_at=expires))

    async def take(token: str) -> tuple[uuid.UUID | None] | None:
        async with database.write() as session:
            return await take_request(session, hash_of(token), now=NOW)

    taken = await asyncio.gather(*(take("connect") for _ in range(4)))
    assert sorted(taken, key=str) == [(owner.id,), None, None, None]
    assert [await take(token) for token in ("sign in", "sign in", "late", "unknown")] == [
        (None,),
        None,
        None,
        None,
    ]
    async with database.write() as session:
        await delete_expired_requests(session, now=NOW)
        assert (await session.scalars(select(func.count()).select_from(OpenIdRequest))).one() == 0


REGISTRATION = Registration(ISSUER, "book-online", "secret", "https://desk.example/callback")
PROVIDER = Provider(ISSUER)
AT = int(NOW.timestamp())
CLAIMS = {"iss": ISSUER, "aud": "book-online", "sub": "1", "exp": AT + 300, "iat": AT, "nonce": "n"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = signing_keys({"keys": [PROVIDER.key.as_dict(private=False)]})


def identity_in(token: object) -> ProvenIdentity:
    return proven_identity(token, KEYS, REGISTRATION, nonce="n", now=NOW)


@given(st.sampled_from([*CLAIMS, "azp", "nbf", "email", "email_verified"]), JSON)
def test_whatever_a_claim_is_it_is_this_person_or_nobody(name: str, value: object) -> None:
    assert identity_in(PROVIDER.signed(CLAIMS)) == proven(email=None)
    try:
        identity = identity_in(PROVIDER.signed(CLAIMS | {name: value}))
    except BadIdToken:
        return
    assert (identity.issuer, identity.email) == (ISSUER, None)
    assert identity.subject == (value if name == "sub" else "1")


@given(JSON | st.text() | st.from_regex(r"\A[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}\Z"))
def test_anything_else_is_no_token(token: object) -> None:
    with pytest.raises(BadIdToken):
        identity_in(token)


@given(JSON)
def test_any_json_is_a_key_set_without_keys(body: object) -> None:
    for jwks in ({"keys": body}, {"keys": [body]}, {"keys": [{"kty": "RSA", "n": body, "e": body}]}):
        assert signing_keys(jwks) == []
