"""A trail that somebody tampered with, who has the database and not the key."""

import uuid
from collections.abc import Awaitable, Callable

import pytest

from booking.audit.chain import EMPTY_TRAIL, Fault, FaultKind
from booking.audit.trail import head_of_trail
from booking.storage.database import Database
from tests.booking.audit.trails import (
    PATIENT,
    Row,
    a_trail,
    drop_triggers,
    overwrite,
    record,
    stored_head,
    stored_rows,
    verify,
)


async def test_a_new_trail_is_empty_and_in_order(database: Database) -> None:
    found = await verify(database)
    assert (found.fault, found.head) == (None, EMPTY_TRAIL)


@pytest.mark.parametrize("batch", [1, 2, 1_000])
async def test_every_batch_is_chained_to_the_one_before(
    database: Database, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.audit.verify.BATCH", batch)
    await a_trail(database, 7)
    found = await verify(database)
    assert (found.fault, found.head.sequence, found.pruned_through) == (None, 7, 0)


async def without_row_4(database: Database, rows: list[Row]) -> None:
    await overwrite(database, rows[:3] + rows[4:])


async def with_another_actor(database: Database, rows: list[Row]) -> None:
    rows[3]["actor_id"] = "another"
    await overwrite(database, rows)


async def with_two_rows_swapped(database: Database, rows: list[Row]) -> None:
    rows[3]["sequence"], rows[5]["sequence"] = rows[5]["sequence"], rows[3]["sequence"]
    await overwrite(database, rows)


async def with_a_row_behind_the_last(database: Database, rows: list[Row]) -> None:
    stranger = rows[-1] | {"sequence": 8, "previous_hmac": rows[-1]["hmac"]}
    await overwrite(database, [*rows, stranger])


async def with_a_row_that_the_head_knows(database: Database, rows: list[Row]) -> None:
    stranger = rows[-1] | {"sequence": 8, "previous_hmac": rows[-1]["hmac"]}
    await overwrite(database, [*rows, stranger], head={"sequence": 8, "event_hmac": stranger["hmac"]})


async def without_the_last_rows(database: Database, rows: list[Row]) -> None:
    await overwrite(database, rows[:5])


async def without_the_last_rows_and_with_a_head_to_match(database: Database, rows: list[Row]) -> None:
    await overwrite(database, rows[:5], head={"sequence": 5, "event_hmac": rows[4]["hmac"]})


async def without_the_first_rows(database: Database, rows: list[Row]) -> None:
    await overwrite(database, rows[2:])


async def without_the_first_rows_and_with_a_forged_checkpoint(database: Database, rows: list[Row]) -> None:
    checkpoint = rows[-1] | {"sequence": 8, "pruned_through": 2, "previous_hmac": rows[-1]["hmac"]}
    await overwrite(database, [*rows[2:], checkpoint])


async def without_any_row(database: Database, _rows: list[Row]) -> None:
    await overwrite(database, [])


TAMPERED: dict[Callable[[Database, list[Row]], Awaitable[None]], Fault] = {
    without_row_4: Fault(FaultKind.REMOVED, 4, 4),
    with_another_actor: Fault(FaultKind.ALTERED, 4),
    with_two_rows_swapped: Fault(FaultKind.ALTERED, 4),
    with_a_row_behind_the_last: Fault(FaultKind.INSERTED, 8),
    with_a_row_that_the_head_knows: Fault(FaultKind.ALTERED, 8),
    without_the_last_rows: Fault(FaultKind.REMOVED, 6, 7),
    without_the_last_rows_and_with_a_head_to_match: Fault(FaultKind.ALTERED),
    without_the_first_rows: Fault(FaultKind.REMOVED, 1, 2),
    without_the_first_rows_and_with_a_forged_checkpoint: Fault(FaultKind.REMOVED, 1, 2),
    without_any_row: Fault(FaultKind.REMOVED, 1, 7),
}


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
async def test_the_first_row_that_is_not_as_written_is_named(
    database: Database, tamper: Callable[[Database, list[Row]], Awaitable[None]]
) -> None:
    await a_trail(database, 7)
    assert (await verify(database)).fault is None
    await drop_triggers(database)
    await tamper(database, await stored_rows(database))
    assert (await verify(database)).fault == TAMPERED[tamper]


async def test_an_earlier_state_is_found_by_a_head_that_was_kept_elsewhere_alone(database: Database) -> None:
    await a_trail(database, 4)
    earlier, earlier_head = await stored_rows(database), await stored_head(database)
    await a_trail(database, 3)
    async with database.read() as session:
        kept = await head_of_trail(session)
    assert (await verify(database, kept=kept)).kept_head is True

    await drop_triggers(database)
    await overwrite(database, earlier, head=earlier_head)
    assert (await verify(database)).fault is None
    assert (await verify(database, kept=kept)).kept_head is False
    await record(database, PATIENT, PATIENT, uuid.UUID(int=9), uuid.UUID(int=8))
    # Other rows have the numbers of those that were removed.
    assert (await verify(database)).fault is None
    assert (await verify(database, kept=kept)).kept_head is False
