"""Sign-in with a password: both halves are needed, each code works once, and guessing is slow."""

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from booking.domain.errors import InvalidInput
from booking.staff import passwords
from booking.staff.accounts import disable_member, enable_member
from booking.staff.one_time_codes import confirm_code_secret, new_code_secret, unconfirmed_code_secret
from booking.staff.passwords import hash_password, set_password
from booking.staff.recovery_codes import new_recovery_codes, recovery_codes_left
from booking.staff.refusals import SignInRefused
from booking.storage.database import Database
from booking.storage.models.staff.sign_in import OneTimeCodeSecret, StaffPassword
from tests.booking.staff.clinic_staff import OPERATOR, add, found
from tests.booking.staff.clinic_staff import sign_in as start
from tests.booking.staff.passwords_of_staff import (
    HERE,
    PASSWORD,
    STEP,
    Authenticator,
    attempts,
    guess,
    set_up,
    sign_in,
)
from tests.support.clinics import NOW

SECOND = timedelta(seconds=1)


async def test_the_name_or_the_address_with_both_halves_signs_in(
    database: Database, app: Authenticator
) -> None:
    member = await add(database, email="desk@example.com")
    other = await set_up(database, member, "another good password")
    assert await sign_in(database, " sample OWNER", PASSWORD, app.code(NOW)) == app.member
    address = "Desk@Example.com"
    assert await sign_in(database, address, "another good password", other.code(NOW)) == member


async def test_all_that_is_wrong_is_refused_alike(database: Database, app: Authenticator) -> None:
    owner, right = app.member.name, app.code(NOW)
    without_codes = await add(database, "No Codes")
    async with database.write() as session:
        hashed = await hash_password(PASSWORD, names=[])
        await set_password(session, without_codes, hashed, actor=OPERATOR, now=NOW)
    await add(database, "No Password")
    wrong = [
        ("Nobody", PASSWORD, right),
        ("%", PASSWORD, right),
        ("\0\ud800", PASSWORD, right),
        ("x" * 10_000, PASSWORD, right),
        (owner, PASSWORD[:-1], right),
        (owner, "", right),
        (owner, "\ud800" * 12, right),
        (owner, "x" * 100_000, right),
        (owner, PASSWORD, app.wrong_code(NOW)),
        (owner, PASSWORD, ""),
        (owner, PASSWORD, right[:-1]),
        (owner, PASSWORD, "\u0661" * 6),
        (owner, PASSWORD, "\0\ud800"),
        (owner, PASSWORD, app.code(NOW + 2 * STEP)),
        ("No Codes", PASSWORD, right),
        ("No Password", "", right),
    ]
    for number, (name, password, code) in enumerate(wrong):
        with pytest.raises(SignInRefused) as refused:
            await sign_in(database, name, password, code, address=f"192.0.2.{number // 3}")
        assert refused.value == SignInRefused()
    assert await attempts(database) == len(wrong)


@pytest.mark.parametrize("step", [-1, 0, 1])
async def test_a_clock_may_be_half_a_minute_wrong(database: Database, app: Authenticator, step: int) -> None:
    assert await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW + step * STEP)) == app.member


async def test_a_code_is_taken_once_and_none_before_it(database: Database, app: Authenticator) -> None:
    await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW))
    for step in (0, -1):
        with pytest.raises(SignInRefused):
            await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW + step * STEP))
    later = NOW + STEP
    await sign_in(database, "Sample Owner", PASSWORD, app.code(later), now=later)


async def test_of_two_who_type_one_code_at_once_one_is_signed_in(
    database: Database, app: Authenticator
) -> None:
    both = (sign_in(database, "Sample Owner", PASSWORD, app.code(NOW)) for _ in range(2))
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["SignInRefused", "StaffMember"]


async def test_each_recovery_code_signs_in_once(database: Database, app: Authenticator) -> None:
    async def make() -> list[str]:
        async with database.write() as session:
            return await new_recovery_codes(session, app.member, actor=OPERATOR, now=NOW)

    former, codes = await make(), await make()
    assert len({*former, *codes}) == 20
    retyped = f" {codes[1].lower().replace('-', ' ')} "
    misread = codes[2].replace("0", "o").replace("1", "l")
    for code in (codes[0], retyped, misread):
        assert await sign_in(database, "Sample Owner", PASSWORD, code) == app.member
    async with database.read() as session:
        assert await recovery_codes_left(session, app.member) == 7
    for code in (codes[0], former[5], codes[3][:-1]):
        with pytest.raises(SignInRefused):
            await sign_in(database, "Sample Owner", PASSWORD, code)
    other = await set_up(database, await add(database))
    with pytest.raises(SignInRefused):
        await sign_in(database, other.member.name, PASSWORD, codes[4])


async def test_an_account_that_was_disabled_a_second_ago_lets_nobody_in(
    database: Database, app: Authenticator
) -> None:
    other = await set_up(database, await add(database))
    async with database.write() as session:
        await disable_member(session, other.member.id, actor=OPERATOR, now=NOW - SECOND)
    with pytest.raises(SignInRefused):
        await sign_in(database, other.member.name, PASSWORD, other.code(NOW))
    async with database.write() as session:
        await enable_member(session, other.member.id, actor=OPERATOR, now=NOW)
    await sign_in(database, other.member.name, PASSWORD, other.code(NOW))


async def test_another_password_ends_the_other_sessions(database: Database, app: Authenticator) -> None:
    tokens = [await start(database, app.member) for _ in range(2)]
    own = await found(database, tokens[0])
    assert own
    hashed = await hash_password("another good password", names=[])
    async with database.write() as session:
        await set_password(session, app.member, hashed, but=own.id, actor=OPERATOR, now=NOW)
    assert [bool(await found(database, token)) for token in tokens] == [True, False]
    with pytest.raises(SignInRefused):
        await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW))
    await sign_in(database, "Sample Owner", "another good password", app.code(NOW))


async def test_a_hash_of_former_parameters_is_renewed_at_a_right_sign_in(
    database: Database, app: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stored() -> str:
        async with database.read() as session:
            return (await session.scalars(select(StaffPassword.hash))).one()

    former = await stored()
    stronger = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)
    await guess(database, app, 1)
    assert await stored() == former
    await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW))
    renewed = await stored()
    assert renewed != former
    assert not stronger.check_needs_rehash(renewed)
    await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW + STEP), now=NOW + STEP)


async def test_a_secret_is_shown_again_until_a_code_confirms_it(
    database: Database, app: Authenticator
) -> None:
    async def unconfirmed() -> str | None:
        async with database.read() as session:
            shown = await unconfirmed_code_secret(session, app.member, issuer="Sample Clinic")
        return shown.text if shown else None

    async def confirm(code: str, now: datetime = NOW) -> None:
        async with database.write() as session:
            await confirm_code_secret(session, app.member, code, actor=OPERATOR, now=now)

    assert await unconfirmed() is None
    async with database.write() as session:
        secret = await new_code_secret(session, app.member, issuer="Sample Clinic")
    assert f"secret={secret.text}&issuer=Sample%20Clinic" in secret.address
    new = Authenticator(app.member, secret.text)
    for wrong in (new.wrong_code(NOW), app.code(NOW), "", "\0"):
        with pytest.raises(InvalidInput):
            await confirm(wrong)
    assert await unconfirmed() == secret.text
    await sign_in(
        database, "Sample Owner", PASSWORD, app.code(NOW - STEP)
    )  # The former one counts until then.
    await confirm(new.code(NOW))
    assert await unconfirmed() is None
    for code in (app.code(NOW), new.code(NOW)):
        with pytest.raises(SignInRefused):
            await sign_in(database, "Sample Owner", PASSWORD, code)
    await sign_in(database, "Sample Owner", PASSWORD, new.code(NOW + STEP))


async def test_a_password_is_hashed_in_a_thread_of_its_own_outside_of_a_transaction(
    database: Database, app: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing, goes_on, threads = threading.Event(), threading.Event(), set()

    class SlowHasher(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            threads.add(threading.current_thread().name.partition("_")[0])
            hashing.set()
            assert goes_on.wait(30)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", SlowHasher(time_cost=1, memory_cost=64, parallelism=1))
    signing_in = asyncio.create_task(sign_in(database, "Sample Owner", PASSWORD, app.code(NOW)))
    await asyncio.to_thread(hashing.wait, 30)
    await add(database)  # Another writer is not kept waiting.
    goes_on.set()
    assert await signing_in == app.member
    assert threads == {"password"}


async def test_a_name_that_nobody_has_takes_as_long_as_any(
    database: Database, app: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str | bytes] = []

    class CountingHasher(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            verified.append(password)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", CountingHasher(time_cost=1, memory_cost=64, parallelism=1))
    await add(database, "No Password")
    for name in ("Sample Owner", "No Password", "Nobody", ""):
        with pytest.raises(SignInRefused):
            await sign_in(database, name, "wrong", "")
    assert verified == ["wrong"] * 4


async def test_neither_what_was_typed_nor_a_secret_is_in_the_database(
    database: Database, app: Authenticator
) -> None:
    async with database.write() as session:
        codes = await new_recovery_codes(session, app.member, actor=OPERATOR, now=NOW)
    with pytest.raises(SignInRefused):
        await sign_in(database, "typed-in-the-wrong-field", PASSWORD, app.code(NOW))
    tables = ["sign_in_attempts", "staff_passwords", "one_time_code_secrets", "recovery_codes"]
    tables.append("audit_events")
    async with database.read() as session:
        rows = [
            str((await session.execute(text(f"SELECT * FROM {table}"))).all())
            for table in (*tables, "audit_events")
        ]
        [secret] = (await session.scalars(select(OneTimeCodeSecret.secret))).all()
    assert all(len(row) > 20 for row in rows)
    leaked = ("typed-in-the-wrong-field", PASSWORD, HERE, app.secret, codes[0], codes[0].replace("-", ""))
    assert [word for word in leaked for row in rows if word in row] == []
    assert app.secret.encode() not in bytes(secret or b"")
