"""The chain of the audit trail: an HMAC over each event and the HMAC before it, and how to find a break."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Any, Self

Hmac = Callable[[bytes], bytes]
"""An HMAC of a message, with the key that the key store holds."""
Row = Mapping[str, Any]
"""An event by the names of its columns."""

FIRST = 1
"""The sequence number of the first event."""
BEFORE_FIRST = b""
"""The `previous_hmac` of the first event."""
HMAC_COLUMN = "hmac"


def canonical_form(row: Row) -> bytes:
    """The content of a row as one text: equal for equal rows on every database, and for no others.

    Columns without a value are left out, so that a column that a later version adds changes no old row.
    """
    content = {
        name: _plain(value) for name, value in row.items() if name != HMAC_COLUMN and value is not None
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def sealed(row: Row, hmac: Hmac) -> dict[str, Any]:
    """The row with its HMAC."""
    return {**row, HMAC_COLUMN: hmac(b"event\n" + canonical_form(row))}


def is_intact(row: Row, hmac: Hmac) -> bool:
    return compare_digest(row[HMAC_COLUMN], sealed(row, hmac)[HMAC_COLUMN])


@dataclass(frozen=True)
class TrailHead:
    """The newest event: its number and its HMAC, which depends on all events before it."""

    sequence: int
    hmac: bytes

    def seal(self, hmac: Hmac) -> bytes:
        """An HMAC for the head's own row, so that it can't be set to another event."""
        return hmac(f"head\n{self}".encode())

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hmac.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Raises:
            ValueError: it is not what `str` of a head is.
        """
        sequence, _, digits = text.strip().partition(":")
        head = cls(int(sequence), bytes.fromhex(digits))
        if head.sequence < 0 or bool(head.sequence) != bool(head.hmac):
            raise ValueError(text)
        return head


def chained(head: TrailHead, contents: Iterable[Row], hmac: Hmac) -> list[dict[str, Any]]:
    """Rows of these contents that follow the head."""
    rows = []
    for content in contents:
        row = {**content, "sequence": head.sequence + 1, "previous_hmac": head.hmac}
        rows.append(sealed(row, hmac))
        head = TrailHead(row["sequence"], rows[-1][HMAC_COLUMN])
    return rows


EMPTY_TRAIL = TrailHead(0, BEFORE_FIRST)


class FaultKind(StrEnum):
    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"


@dataclass(frozen=True)
class Fault:
    """The first break of the chain: the rows from `first` to `last`; without them, the head's own row."""

    kind: FaultKind
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return f"The head of the trail was {self.kind}."
        if self.last in (None, self.first):
            return f"Row {self.first} was {self.kind}."
        return f"Rows {self.first} to {self.last} were {self.kind}."


class ChainCheck:
    """Is shown all rows in order of their numbers, and finds the first break."""

    def __init__(self, hmac: Hmac, head: TrailHead, *, pruned_through: int = 0) -> None:
        """`head` is the one that the database names; `pruned_through` is that of the newest checkpoint."""
        self._hmac = hmac
        self._head = head
        self._next = pruned_through + 1
        self._previous = BEFORE_FIRST if self._next == FIRST else None
        self.last = TrailHead(pruned_through, b"")
        """The last row that is in order."""

    def fault(self, row: Row) -> Fault | None:
        sequence: int = row["sequence"]
        is_new = sequence > self._head.sequence
        if sequence > self._next <= self._head.sequence:
            return Fault(FaultKind.REMOVED, self._next, min(sequence - 1, self._head.sequence))
        if sequence != self._next:  # Its number was pruned, or the trail has not come to it.
            return Fault(FaultKind.INSERTED, sequence)
        follows = self._previous in (None, row["previous_hmac"])
        if not (follows and is_intact(row, self._hmac)):
            return Fault(FaultKind.INSERTED if is_new else FaultKind.ALTERED, sequence)
        self._next, self._previous = sequence + 1, row[HMAC_COLUMN]
        self.last = TrailHead(sequence, row[HMAC_COLUMN])
        return None

    def fault_at_end(self, head_hmac: bytes) -> Fault | None:
        """After the last row; `head_hmac` is the one in the head's own row."""
        if self._next <= self._head.sequence:
            return Fault(FaultKind.REMOVED, self._next, self._head.sequence)
        is_empty = self._head == EMPTY_TRAIL and not head_hmac
        is_true = is_empty or compare_digest(head_hmac, self._head.seal(self._hmac))
        return None if is_true and self._head == self.last else Fault(FaultKind.ALTERED)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case bytes():
            return value.hex()
        case uuid.UUID():
            return str(value)
        case StrEnum():
            return value.value
        case str() | int():
            return value
    raise TypeError(f"no canonical form of {type(value).__name__}")
