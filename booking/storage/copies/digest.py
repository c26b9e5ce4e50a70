"""Digests: whether two tables have the same rows, whichever database holds them and in whichever order."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from booking.storage.copies.values import PortableValue

MODULUS = 1 << 256


@dataclass
class TableDigest:
    """The number of rows, and the sum of their SHA-256.

    A sum has no order. It finds what went wrong; against somebody who alters rows on purpose, encrypt the
    file.
    """

    columns: Sequence[str]
    json_columns: Collection[str]
    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, row: Sequence[PortableValue]) -> None:
        """`row` has a value for each of the columns."""
        values = [
            _canonical(value, is_json=column in self.json_columns)
            for column, value in zip(self.columns, row, strict=True)
        ]
        hashed = hashlib.sha256(json.dumps(values).encode()).digest()
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashed)) % MODULUS

    def hexdigest(self) -> str:
        return self._sum.to_bytes(32).hex()


def _canonical(value: PortableValue, *, is_json: bool) -> Any:
    match value:
        case bytes():
            return [value.hex()]
        case str() if is_json:  # PostgreSQL's JSONB has an order and spaces of its own.
            return json.dumps(json.loads(value), sort_keys=True)
        case float() if value.is_integer():  # SQLite stores 5.0 as 5 in some columns.
            return int(value)
    return value
