"""The oldest rows are pruned, and nothing but a prune looks like one."""

from booking.audit.chain import Fault, FaultKind, TrailHead
from booking.domain.actor import ActorKind
from booking.storage.database import Database
from booking.storage.models.audit import AuditAction
from tests.booking.audit.trails import (
    PATIENT,
    a_trail,
    drop_triggers,
    numbers,
    overwrite,
    prune,
    record,
    refusal,
    stored_rows,
    verify,
)


async def test_a_prune_deletes_the_oldest_rows_and_leaves_a_checkpoint(database: Database) -> None:
    for day in range(4):
        await record(database, PATIENT, days=day)
    assert await prune(database, days=0) == 0
    assert await prune(database, days=2) == 2
    rows = await stored_rows(database)
    assert numbers(rows) == [3, 4, 5]
    assert (rows[-1]["action"], rows[-1]["actor_kind"]) == (AuditAction.DELETE, ActorKind.SERVER)
    assert (rows[-1]["patient"], rows[-1]["pruned_through"]) == (None, 2)
    found = await verify(database)
    assert (found.fault, found.pruned_through, found.head.sequence) == (None, 2, 5)


async def test_prunes_follow_each_other_in_steps_down_to_the_last_checkpoint(database: Database) -> None:
    await a_trail(database, 10)
    assert [await prune(database, days=1, limit=4) for _ in range(4)] == [4, 4, 2, 0]
    found = await verify(database)
    assert (found.fault, found.pruned_through, found.head.sequence) == (None, 10, 13)
    assert numbers(await stored_rows(database)) == [11, 12, 13]
    assert await prune(database, days=100) == 3
    assert (await verify(database)).fault is None
    await record(database, PATIENT)
    assert (await verify(database)).fault is None


async def test_a_row_that_is_newer_keeps_those_behind_it(database: Database) -> None:
    """The clock of a server was set back for an hour: the trail is cut at one place, not in between."""
    for day in (0, 3, 1):
        await record(database, PATIENT, days=day)
    assert await prune(database, days=2) == 1
    assert numbers(await stored_rows(database)) == [2, 3, 4]


async def test_behind_a_checkpoint_the_database_refuses_as_before(database: Database) -> None:
    await a_trail(database, 6)
    await prune(database, days=1, limit=3)
    for change in ("DELETE FROM audit_events", "DELETE FROM audit_events WHERE sequence = 4"):
        assert "append-only" in await refusal(database, change)
    assert (await verify(database)).fault is None


async def test_a_delete_that_goes_on_where_a_prune_ended_is_found(database: Database) -> None:
    await a_trail(database, 6)
    await prune(database, days=1, limit=3)
    await drop_triggers(database)
    rows = await stored_rows(database)
    await overwrite(database, rows[1:])
    assert (await verify(database)).fault == Fault(FaultKind.REMOVED, 4, 4)
    forged = rows[-1] | {"pruned_through": 4}
    await overwrite(database, [*rows[1:-1], forged])
    assert (await verify(database)).fault == Fault(FaultKind.REMOVED, 1, 4)


async def test_a_row_that_was_pruned_and_came_back_is_found(database: Database) -> None:
    await a_trail(database, 6)
    old = await stored_rows(database)
    await prune(database, days=1, limit=3)
    await drop_triggers(database)
    await overwrite(database, [old[2], *await stored_rows(database)])
    assert (await verify(database)).fault == Fault(FaultKind.INSERTED, 3)


async def test_a_head_that_was_kept_is_told_apart_from_one_that_was_pruned(database: Database) -> None:
    await a_trail(database, 6)
    rows = await stored_rows(database)
    await prune(database, days=1, limit=3)
    heads = {row["sequence"]: TrailHead(row["sequence"], row["hmac"]) for row in rows}
    assert (await verify(database, kept=heads[6])).kept_head is True
    assert (await verify(database, kept=heads[3])).kept_head is True
    assert (await verify(database, kept=heads[2])).kept_head is None
    assert (await verify(database, kept=TrailHead(3, b"x"))).kept_head is False
    assert (await verify(database, kept=TrailHead(99, b"x"))).kept_head is False
