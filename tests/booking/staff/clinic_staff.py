"""Members of the sample clinic's staff."""

from datetime import timedelta

from booking.domain.actor import Actor, ActorKind
from booking.domain.role import Role
from booking.staff.accounts import StaffMember, add_member
from booking.staff.sessions import StaffSession, session_of, start_session
from booking.storage.database import Database
from tests.support.clinics import NOW, open_clinic, small_clinic

OPERATOR = Actor(ActorKind.COMMAND_LINE, "operator", "clinic.example")
IDLE = timedelta(minutes=30)


async def add(
    database: Database, name: str = "Sample Receptionist", role: Role = Role.RECEPTION, **more: str
) -> StaffMember:
    """In the small clinic, whose practitioner is `one`."""
    async with database.write() as session:
        return await add_member(session, name, role, actor=OPERATOR, now=NOW, **more)


async def open_with_owner(database: Database) -> StaffMember:
    await open_clinic(database, small_clinic())
    return await add(database, "Sample Owner", Role.OWNER)


async def sign_in(database: Database, member: StaffMember, user_agent: str = "Firefox") -> str:
    async with database.write() as session:
        return await start_session(session, member, user_agent=user_agent, now=NOW)


async def found(
    database: Database, token: str, *, after: timedelta = timedelta(0), idle: timedelta = IDLE
) -> StaffSession | None:
    """The session of a token, so long after it began."""
    async with database.read() as session:
        return await session_of(session, token, now=NOW + after, idle=idle)
