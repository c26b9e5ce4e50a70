"""The audit trail is pruned once a day, where the clinic doesn't keep it for ever."""

from datetime import timedelta

from booking.retention.kinds import Kind
from booking.retention.worker import count_expired, delete_expired
from booking.storage.database import Database
from tests.booking.audit.trails import PATIENT, SERVER, a_trail, numbers, record, stored_rows, verify
from tests.support.clinics import NOW, open_clinic, small_clinic

YEAR = timedelta(days=366)
FILE = small_clinic() + '[retention]\naudit = "1 year"\n'


async def expired(database: Database, *, days: float) -> int:
    async with database.read() as session:
        return (await count_expired(session, now=NOW + YEAR + timedelta(days=days)))[Kind.AUDIT_EVENTS]


async def prune(database: Database, *, days: float) -> int:
    now = NOW + YEAR + timedelta(days=days)
    return (await delete_expired(database, SERVER, now=now))[Kind.AUDIT_EVENTS]


async def test_rows_of_days_that_are_old_enough_go_with_one_checkpoint_a_day(database: Database) -> None:
    await open_clinic(database, FILE)
    await a_trail(database, 3)
    await record(database, PATIENT)
    await record(database, PATIENT, days=1)

    assert (await expired(database, days=0.4), await prune(database, days=0.4)) == (0, 0)
    assert (await expired(database, days=0.6), await prune(database, days=0.6)) == (4, 4)
    assert [await prune(database, days=0.6 + hour / 24) for hour in range(20)] == [0] * 20
    assert numbers(await stored_rows(database)) == [5, 6]
    assert (await expired(database, days=1.6), await prune(database, days=1.6)) == (1, 1)
    assert numbers(await stored_rows(database)) == [6, 7]
    assert (await verify(database)).fault is None


async def test_the_trail_is_kept_for_ever_unless_the_clinic_says_otherwise(database: Database) -> None:
    await open_clinic(database, small_clinic())
    await a_trail(database, 3)
    assert (await expired(database, days=99_999), await prune(database, days=99_999)) == (0, 0)
