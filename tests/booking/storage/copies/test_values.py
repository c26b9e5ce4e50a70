"""Values in a form that both databases can store, and back."""

import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from booking.storage.copies.values import PortableValue, UnportableValue, from_portable, portable

LOCAL = datetime.fromisoformat("2026-11-01T05:30:00.000007")
ID = uuid.UUID("00000000-0000-4000-8000-000000000001")


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (sa.Boolean(), True, 1),
        (sa.DateTime(timezone=True), datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "2026-11-01 05:30:00.000000"),
        (sa.DateTime(), LOCAL, "2026-11-01 05:30:00.000007"),
        (sa.Date(), date(2026, 11, 1), "2026-11-01"),
        (sa.Time(), time(5, 30), "05:30:00.000000"),
        (sa.Uuid(), ID, ID.hex),
        (sa.Float(), 0.1, 0.1),
        (sa.Numeric(10, 2), Decimal("12.35"), 12.35),
    ],
)
def test_a_value_comes_back_as_it_was(kind: TypeEngine[Any], value: Any, stored: PortableValue) -> None:
    convert = from_portable(kind)

    assert portable(value) == stored
    assert convert is not None
    assert convert(stored) == value


@pytest.mark.parametrize("value", [None, 7, 1.5, "text", b"bytes"])
def test_what_both_databases_store_alike_stays_as_it_is(value: PortableValue) -> None:
    assert portable(value) == value
    assert from_portable(sa.Text()) is None


def test_an_instant_with_another_offset_is_stored_in_utc() -> None:
    there = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(-timedelta(hours=4)))
    assert portable(there) == "2026-11-01 05:30:00.000000"


@pytest.mark.parametrize("value", [Decimal("0.1234567890123456789"), ["a"], time(5, tzinfo=UTC)])
def test_what_only_one_database_knows_is_refused(value: Any) -> None:
    with pytest.raises(UnportableValue, match=type(value).__name__):
        portable(value)
