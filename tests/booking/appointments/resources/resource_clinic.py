"""A clinic of which the practitioners share rooms and a laser, and what each visit has of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from booking.appointments.hold import HoldRequest, hold_slot
from booking.catalogue.lookup import all_services
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from tests.support.clinics import NOW, practitioner, small_clinic

NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
TEN = datetime.fromisoformat("2026-11-24T10:00:00-05:00")
SERVICES = """
[[services]]
slug = "laser"
name = "Laser"
duration = "30 min"
needs = ["room", "laser"]
[[services]]
slug = "talk"
name = "Talk"
duration = "30 min"
"""


def room(slug: str, *, kind: str = "room", location: str = "here") -> str:
    return (
        f'[[resources]]\nslug = "{slug}"\nname = "Sample {slug}"\nkind = "{kind}"\nlocation = "{location}"\n'
    )


LASER = room("laser-1", kind="laser")


def clinic_with(
    *resources: str,
    people: Sequence[str] = ("one", "two", "three"),
    needs: str = '["room"]',
    buffers: tuple[int, int] = (0, 0),
    policy: dict[str, str] | None = None,
) -> str:
    """From 9 to 12: a `visit` needs a room, `laser` a room and the laser, `talk` nothing."""
    before, after = buffers
    service = f'buffer_before = "{before} min"\nbuffer_after = "{after} min"\nneeds = {needs}\n'
    practitioners = "".join(practitioner(slug, "09:00-12:00") for slug in people)
    text = small_clinic(
        service=service + SERVICES,
        practitioners="".join(resources) + practitioners,
        policy={"slot_step": "30 min"} | (policy or {}),
    )
    return text.replace('services = ["visit"]', 'services = ["visit", "laser", "talk"]')


async def hold(
    database: Database, at: datetime, who: str | None = None, *, service: str = "visit", **how: Any
) -> tuple[Hold, str]:
    now = how.pop("now", NOW)
    async with database.write() as session:
        return await hold_slot(session, HoldRequest(service, at, who, **how), now=now)


async def resources_of(database: Database, owner: object) -> set[str]:
    """What an owner has besides a practitioner's time: slugs."""
    async with database.read() as session:
        owned = await session.scalars(select(Tick.resource).where(Tick.owner == owner).distinct())
        return {each.removesuffix("/resource") for each in owned if each.endswith("/resource")}


async def open_with(
    database: Database, at: datetime, *, service: str = "visit", now: datetime = NOW
) -> set[str]:
    """The practitioners with whom the time is open."""
    async with database.read() as session:
        row = (await all_services(session))[service]
        slots = await find_slots(session, SlotCriteria(row), at.date(), at.date(), now=now)
        return {slot.practitioner for slot in slots if slot.starts_at == at}
