"""Members of the staff who sign in with a password and a one-time code."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from booking.staff.accounts import StaffMember
from booking.staff.one_time_codes import STEP_SECONDS, confirm_code_secret, new_code_secret
from booking.staff.password_sign_in import sign_in_with_password
from booking.staff.passwords import hash_password, set_password
from booking.staff.refusals import SignInRefused
from booking.storage.database import Database
from booking.storage.models.staff.sign_in import SignInAttempt
from tests.booking.staff.clinic_staff import OPERATOR
from tests.support.clinics import NOW

PASSWORD = "correct horse battery staple"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
STEP = timedelta(seconds=STEP_SECONDS)


@dataclass(frozen=True)
class Authenticator:
    """A member with the app that shows their codes."""

    member: StaffMember
    secret: str

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)

    def wrong_code(self, at: datetime) -> str:
        right = {self.code(at + STEP * step) for step in (-1, 0, 1)}
        return next(text for number in range(9) if (text := f"{number:06}") not in right)


async def set_up(database: Database, member: StaffMember, password: str = PASSWORD) -> Authenticator:
    """The codes are confirmed two steps before NOW."""
    hashed = await hash_password(password, names=[member.name])
    async with database.write() as session:
        await set_password(session, member, hashed, actor=OPERATOR, now=NOW)
        secret = (await new_code_secret(session, member, issuer="Sample Clinic")).text
        app = Authenticator(member, secret)
        await confirm_code_secret(
            session, member, app.code(NOW - 2 * STEP), actor=OPERATOR, now=NOW - 2 * STEP
        )
    return app


async def sign_in(
    database: Database,
    name: str,
    password: str,
    code: str,
    *,
    address: str = HERE,
    now: datetime = NOW,
) -> StaffMember:
    return await sign_in_with_password(database, name, password, code, address=address, now=now)


async def guess(
    database: Database, app: Authenticator, times: int, address: str = HERE, **other: str
) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await sign_in(database, app.member.name, PASSWORD, app.wrong_code(NOW), address=address)


async def attempts(database: Database) -> int:
    async with database.read() as session:
        return (await session.scalars(select(func.count()).select_from(SignInAttempt))).one()
