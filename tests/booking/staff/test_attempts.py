"""Attempts to sign in with a password are limited: on an account and from an address, in all processes."""

import asyncio
from datetime import timedelta

import pytest

from booking.domain.errors import InvalidInput
from booking.staff.attempts import ADDRESS_KNOWN, MAX_WRONG, WINDOW
from booking.staff.password_sign_in import check_current_password
from booking.staff.refusals import SignInRefused, TooManyAttempts
from booking.storage.database import Database
from tests.booking.staff.clinic_staff import add
from tests.booking.staff.passwords_of_staff import (
    ELSEWHERE,
    HERE,
    PASSWORD,
    STEP,
    Authenticator,
    attempts,
    guess,
    sign_in,
)
from tests.support.clinics import NOW
from tests.support.databases import open_database

SECOND = timedelta(seconds=1)


async def test_ten_wrong_codes_in_a_quarter_of_an_hour_are_enough(
    database: Database, app: Authenticator, database_url: str
) -> None:
    await guess(database, app, MAX_WRONG)
    other = open_database(database_url)  # Another process counts the same rows.
    for process in (database, other):
        for password, code in ((PASSWORD, app.code(NOW)), ("wrong", "")):
            with pytest.raises(TooManyAttempts) as refused:
                await sign_in(process, "Sample Owner", password, code, now=NOW + SECOND)
            assert refused.value.retry_after == WINDOW - SECOND
    await other.close()
    assert await attempts(database) == MAX_WRONG
    later = NOW + WINDOW
    assert await sign_in(database, "Sample Owner", PASSWORD, app.code(later), now=later) == app.member


async def test_guesses_at_once_count_as_many(database: Database, app: Authenticator) -> None:
    tries = (sign_in(database, "Sample Owner", "wrong", "") for _ in range(MAX_WRONG + 5))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    kinds = [type(one) for one in outcomes]
    assert (kinds.count(SignInRefused), kinds.count(TooManyAttempts)) == (MAX_WRONG, 5)


async def test_guesses_from_many_addresses_do_not_lock_out_where_the_member_signs_in(
    database: Database, app: Authenticator
) -> None:
    await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW - STEP))
    for number in range(MAX_WRONG):
        await guess(database, app, 1, address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW), address=ELSEWHERE)
    assert await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW), address=HERE) == app.member

    much_later = NOW + ADDRESS_KNOWN
    for number in range(MAX_WRONG):
        with pytest.raises(SignInRefused):
            await sign_in(database, "Sample Owner", "", "", address=f"192.0.2.{number}", now=much_later)
    with pytest.raises(TooManyAttempts):
        await sign_in(database, "Sample Owner", PASSWORD, app.code(much_later), now=much_later)


async def test_a_name_that_nobody_has_is_limited_as_any(database: Database, app: Authenticator) -> None:
    for number in range(MAX_WRONG):
        with pytest.raises(SignInRefused):
            await sign_in(database, "Nobody ", "wrong", "", address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        await sign_in(database, "nobody", "wrong", "", address=ELSEWHERE)


async def test_one_address_can_not_go_through_all_names(database: Database, app: Authenticator) -> None:
    for number in range(MAX_WRONG):
        with pytest.raises(SignInRefused):
            await sign_in(database, f"Nobody {number}", "wrong", "", address=f"2001:db8:1:2::{number}")
    with pytest.raises(TooManyAttempts):
        await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW), address="2001:db8:1:2:ffff::1")
    await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW), address="2001:db8:1:3::1")


async def test_a_right_sign_in_forgets_the_wrong_ones_before_it(
    database: Database, app: Authenticator
) -> None:
    for step in (-1, 0, 1):
        await guess(database, app, MAX_WRONG - 1)
        await sign_in(database, "Sample Owner", PASSWORD, app.code(NOW + step * STEP))
    assert await attempts(database) == 1


async def test_the_current_password_is_guessed_no_faster_at_an_open_browser(
    database: Database, app: Authenticator
) -> None:
    async def check(password: str) -> None:
        await check_current_password(database, app.member, password, address=HERE, now=NOW)

    await check(PASSWORD)
    for _ in range(MAX_WRONG):
        with pytest.raises(InvalidInput) as refused:
            await check("another good password")
        assert refused.value.path == ("current",)
    for password in (PASSWORD, ""):
        with pytest.raises(TooManyAttempts):
            await check(password)
    without = await add(database)
    await check_current_password(database, without, "", address=ELSEWHERE, now=NOW)
