"""Verification: reads the whole audit trail in order, and names the first row that is not as written."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from booking.audit.chain import ChainCheck, Fault, Hmac, Row, TrailHead, is_intact
from booking.audit.key import audit_hmac
from booking.storage.queries.audit import audit_head, begin_snapshot, checkpoints, events_behind
from booking.storage.session import BookingSession

BATCH = 1_000


@dataclass(frozen=True)
class Verification:
    """What the walk through the trail found.

    `pruned_through` is the number up to which the rows were deleted as the retention asks for; `head` is
    the last row that is in order. `fault` is the first break, None where there is none.
    `kept_head` is about a head that was kept elsewhere: True if the trail still has it, False if not, None
    if none was given, or its row has been pruned since.
    """

    pruned_through: int
    head: TrailHead
    fault: Fault | None
    kept_head: bool | None


async def verify_trail(session: BookingSession, *, kept: TrailHead | None = None) -> Verification:
    """Verify each row, the chain between them, and the head, as they are at one moment.

    `kept` is a head that was kept elsewhere: only with it is found that the newest rows were removed by
    restoring an earlier state of both tables. Rows are read in batches.

    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the key store, or the database, can't answer just now.
    """
    hmac = await audit_hmac(session)
    await begin_snapshot(session)
    stored = await audit_head(session)
    head = TrailHead(stored["sequence"], stored["event_hmac"])
    pruned_through = _pruned_through(await checkpoints(session), hmac)
    check = ChainCheck(hmac, head, pruned_through=pruned_through)
    fault: Fault | None = None
    kept_head: bool | None = None
    async for row in _rows(session):
        fault = check.fault(row)
        if fault is not None:
            break
        if kept is not None and kept.sequence in (row["sequence"], row["sequence"] - 1):
            kept_head = kept == check.last or kept.hmac == row["previous_hmac"]
    else:
        fault = check.fault_at_end(stored["hmac"])
        if kept is not None and kept.sequence > check.last.sequence:
            kept_head = False
    return Verification(pruned_through, check.last, fault, kept_head)


def _pruned_through(rows: Iterable[Row], hmac: Hmac) -> int:
    """Of the newest checkpoint that is not forged."""
    return next((row["pruned_through"] for row in rows if is_intact(row, hmac)), 0)


async def _rows(session: BookingSession) -> AsyncIterator[Row]:
    # Before the first number, too: a row could have been inserted there.
    last: int | None = -(2**63)
    while last is not None:
        batch = await events_behind(session, last, limit=BATCH)
        for row in batch:
            yield row
        last = batch[-1]["sequence"] if batch else None
