"""Passkeys: made for this site and person alone, each challenge answered once, never the last way removed."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import InvalidInput, NotFound
from booking.staff.accounts import StaffMember, disable_member
from booking.staff.passkeys.ceremonies import (
    CHALLENGE_LIFETIME,
    MAX_PASSKEYS,
    Passkey,
    add_passkey,
    authentication_options,
    list_passkeys,
    registration_options,
    sign_in_with_passkey,
)
from booking.staff.passkeys.credentials import (
    RelyingParty,
    UnusableCredential,
    challenge_in,
    new_credential,
    shown_credential,
)
from booking.staff.refusals import LastWayToSignIn, SignInRefused
from booking.staff.ways_to_sign_in import remove_passkey, remove_password, ways_to_sign_in
from booking.storage.database import Database
from tests.booking.staff.clinic_staff import OPERATOR, add, open_with_owner
from tests.booking.staff.passwords_of_staff import set_up
from tests.booking.staff.virtual_authenticator import SITE, USER_PRESENT, VirtualAuthenticator
from tests.support.clinics import NOW
from tests.support.databases import open_database as opened

NONE = timedelta(0)
OTHER_SITE = RelyingParty("evil.example", "https://evil.example", "Evil")


async def creation(database: Database, member: StaffMember) -> str:
    async with database.write() as session:
        return await registration_options(session, member, SITE, now=NOW)


async def keep(
    database: Database, member: StaffMember, answer: str, *, name: str = "Laptop", after: timedelta = NONE
) -> Passkey:
    async with database.write() as session:
        return await add_passkey(session, member, answer, name, SITE, actor=OPERATOR, now=NOW + after)


async def new_passkey(database: Database, member: StaffMember, **device: Any) -> VirtualAuthenticator:
    authenticator = VirtualAuthenticator(**device)
    await keep(database, member, authenticator.create(await creation(database, member)))
    return authenticator


async def request(database: Database) -> str:
    async with database.write() as session:
        return await authentication_options(session, SITE, now=NOW)


async def sign_in(database: Database, answer: str, *, after: timedelta = NONE) -> StaffMember:
    async with database.write() as session:
        return await sign_in_with_passkey(session, answer, SITE, now=NOW + after)


async def refused(database: Database, answer: str, *, after: timedelta = NONE) -> None:
    with pytest.raises(SignInRefused) as refusal:
        await sign_in(database, answer, after=after)
    assert refusal.value == SignInRefused()


async def test_a_passkey_signs_its_member_in_without_a_name(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database, email="desk@example.com")
    devices = [await new_passkey(database, owner), await new_passkey(database, other, counts=False)]
    for _ in range(2):
        for device, member in zip(devices, (owner, other), strict=True):
            assert await sign_in(database, device.get(await request(database))) == member
    async with database.read() as session:
        [listed] = await list_passkeys(session, owner)
    assert (listed.name, listed.created_at, listed.last_used_at) == ("Laptop", NOW, NOW)


async def test_the_options_ask_for_a_discoverable_passkey_and_proof_of_the_person(database: Database) -> None:
    member = await open_with_owner(database)
    first = await new_passkey(database, member)
    made, asked = json.loads(await creation(database, member)), json.loads(await request(database))
    selection = made["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert (made["attestation"], len(made["excludeCredentials"])) == ("none", 1)
    assert made["excludeCredentials"][0]["id"] == json.loads(first.get(json.dumps(asked)))["id"]
    assert (asked["userVerification"], asked["allowCredentials"], asked["rpId"]) == ("required", [], SITE.id)
    assert member.name not in json.dumps(asked)


async def test_a_challenge_is_answered_once_and_within_five_minutes(database: Database) -> None:
    owner = await open_with_owner(database)
    device = await new_passkey(database, owner)
    answer = device.get(await request(database))
    await refused(database, answer, after=CHALLENGE_LIFETIME)
    answer = device.get(await request(database))
    assert await sign_in(database, answer, after=CHALLENGE_LIFETIME - timedelta(seconds=1)) == owner
    await refused(database, answer)
    await refused(database, device.get(json.dumps({"challenge": "AAAA"})))


async def test_one_answer_that_is_sent_twice_at_once_signs_in_once(database: Database) -> None:
    device = await new_passkey(database, await open_with_owner(database), counts=False)
    answer = device.get(await request(database))
    outcomes = await asyncio.gather(*(sign_in(database, answer) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["SignInRefused"] * 3 + ["StaffMember"]


async def test_challenges_are_for_one_purpose_and_one_member(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database)
    device = await new_passkey(database, owner)
    await refused(database, device.get(await creation(database, owner)))
    to_sign_in = json.loads(await request(database))
    answers = [
        VirtualAuthenticator().create(await creation(database, owner)),
        VirtualAuthenticator().create(json.dumps(to_sign_in | {"user": {"id": "AAAA"}})),
    ]
    for answer in answers:
        with pytest.raises(InvalidInput):
            await keep(database, other, answer)


Change = Callable[[VirtualAuthenticator], object]
WRONG_DEVICES: dict[str, Change] = {
    "another origin": lambda device: setattr(device, "origin", OTHER_SITE.origin),
    "not encrypted": lambda device: setattr(device, "origin", SITE.origin.replace("https", "http")),
    "another relying party": lambda device: setattr(device, "rp_id", OTHER_SITE.id),
    "the person not verified": lambda device: setattr(device, "flags", USER_PRESENT),
    "nobody present": lambda device: setattr(device, "flags", 0),
    "in a frame of another site": lambda device: setattr(device, "cross_origin", True),
}
WRONG_LATER: dict[str, Change] = {
    "another key": lambda device: setattr(device, "key", VirtualAuthenticator().key),
    "a copy that counts from the start": lambda device: setattr(device, "count", 0),
    "another member's handle": lambda device: setattr(device, "user_handle", bytes(16)),
    "an unknown passkey": lambda device: setattr(device, "credential_id", bytes(32)),
}


@pytest.mark.parametrize("what", [*WRONG_DEVICES, *WRONG_LATER])
async def test_what_is_wrong_with_an_answer_is_refused(sqlite_url: str, what: str) -> None:
    database = opened(sqlite_url)
    owner = await open_with_owner(database)
    device = await new_passkey(database, owner)
    for _ in range(2):
        assert await sign_in(database, device.get(await request(database))) == owner
    (WRONG_DEVICES | WRONG_LATER)[what](device)
    await refused(database, device.get(await request(database)))
    await database.close()


@pytest.mark.parametrize("what", WRONG_DEVICES)
async def test_what_is_wrong_with_a_new_passkey_is_refused(sqlite_url: str, what: str) -> None:
    database = opened(sqlite_url)
    owner = await open_with_owner(database)
    device = VirtualAuthenticator()
    WRONG_DEVICES[what](device)
    with pytest.raises(InvalidInput) as refusal:
        await keep(database, owner, device.create(await creation(database, owner)))
    assert refusal.value.path == ("passkey",)
    async with database.read() as session:
        assert await list_passkeys(session, owner) == []
    await database.close()


async def test_a_signature_of_other_data_is_refused(database: Database) -> None:
    device = await new_passkey(database, await open_with_owner(database))
    options = await request(database)
    changes = (
        {"signature": b""},
        {"signature": bytes(70)},
        {"authenticatorData": b""},
        {"clientDataJSON": b"{}"},
    )
    for changed in changes:
        await refused(database, device.get(options, **changed))


async def test_a_passkey_is_added_once_with_a_name_and_not_without_end(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database)
    device = await new_passkey(database, owner)
    for member in (owner, other):  # Nobody takes over the passkey of another.
        with pytest.raises(InvalidInput):
            await keep(database, member, device.create(await creation(database, member)))
    for name in ("", "x" * 201, "a\nb"):
        with pytest.raises(InvalidInput) as refusal:
            await keep(database, owner, "{}", name=name)
        assert refusal.value.path == ("name",)
    for _ in range(MAX_PASSKEYS - 1):
        await new_passkey(database, owner)
    with pytest.raises(InvalidInput, match="20 passkeys already"):
        await new_passkey(database, owner)


async def test_the_passkey_of_a_disabled_member_lets_nobody_in(database: Database) -> None:
    await open_with_owner(database)
    member = await add(database)
    device = await new_passkey(database, member)
    answer = device.get(await request(database))
    async with database.write() as session:
        await disable_member(session, member.id, actor=OPERATOR, now=NOW)
    await refused(database, answer)


async def test_the_last_way_to_sign_in_is_never_removed(database: Database) -> None:
    owner = await open_with_owner(database)
    other = await add(database)
    await new_passkey(database, owner)
    await new_passkey(database, other)

    async def passkeys(member: StaffMember) -> list[Passkey]:
        async with database.read() as session:
            return [*await list_passkeys(session, member)]

    async def remove(passkey: Passkey) -> None:
        async with database.write() as session:
            await remove_passkey(session, owner, passkey.id, issuer=None, actor=OPERATOR, now=NOW)

    async def without_password() -> None:
        async with database.write() as session:
            await remove_password(session, owner, issuer=None, actor=OPERATOR, now=NOW)

    [only], [foreign] = await passkeys(owner), await passkeys(other)
    with pytest.raises(LastWayToSignIn):
        await remove(only)
    with pytest.raises(NotFound):
        await remove(foreign)

    await new_passkey(database, owner)
    outcomes = await asyncio.gather(*(remove(each) for each in await passkeys(owner)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["LastWayToSignIn", "NoneType"]

    await set_up(database, owner)
    await without_password()
    await set_up(database, owner)
    [left] = await passkeys(owner)
    await remove(left)
    with pytest.raises(LastWayToSignIn):
        await without_password()
    async with database.read() as session:
        ways = await ways_to_sign_in(session, owner, issuer=None)
    assert (ways.passkeys, ways.password_signs_in, ways.count) == (0, True, 1)


@pytest.mark.parametrize(
    ("site", "party"),
    [
        ("https://Booking.Example", ("booking.example", "https://booking.example")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
    ],
)
def test_passkeys_are_for_a_host_with_a_name(site: str, party: tuple[str, str] | None) -> None:
    of_site = RelyingParty.of_site(site, "Sample Clinic")
    assert (of_site and (of_site.id, of_site.origin)) == party


KEYS = ["id", "rawId", "response", "type", "clientDataJSON"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["id", "rawId", "response", "type"]), inner)
    ),
)


@given(JSON.map(json.dumps) | st.text() | st.just("[" * 20_000) | st.just("9" * 20_001))
def test_any_text_is_no_credential(text: str) -> None:
    for read in (new_credential, shown_credential):
        with pytest.raises(UnusableCredential):
            challenge_in(read(text))
