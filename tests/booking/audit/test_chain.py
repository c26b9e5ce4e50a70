"""No change of a trail's rows goes unseen: a law of the chain, for any trail and any tampering."""

import hashlib
import hmac as hmac_module
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from booking.audit.chain import (
    EMPTY_TRAIL,
    ChainCheck,
    Fault,
    FaultKind,
    TrailHead,
    canonical_form,
    chained,
)
from booking.domain.actor import ActorKind
from booking.storage.models.audit import AuditAction
from tests.booking.audit.trails import EVENTS

Row = dict[str, Any]

CONTENT = st.fixed_dictionaries(
    {
        "recorded_at": st.datetimes(timezones=st.just(UTC)),
        "action": st.sampled_from(AuditAction),
        "actor_kind": st.sampled_from(ActorKind),
        "actor_id": st.text(max_size=3),
        "source": st.text(max_size=3),
        "patient": st.none() | st.uuids(),
        "detail": st.text(max_size=3),
        "pruned_through": st.none(),
    }
)


def hmac(message: bytes) -> bytes:
    return hmac_module.digest(b"the key", message, hashlib.sha256)


def head_of(rows: Sequence[Row]) -> TrailHead:
    return TrailHead(rows[-1]["sequence"], rows[-1]["hmac"]) if rows else EMPTY_TRAIL


def first_fault(rows: Sequence[Row], head: TrailHead, head_hmac: bytes | None = None) -> Fault | None:
    check = ChainCheck(hmac, head)
    for row in sorted(rows, key=lambda row: row["sequence"]):
        if fault := check.fault(row):
            return fault
    return check.fault_at_end(head.seal(hmac) if head_hmac is None else head_hmac)


TRAILS = st.lists(CONTENT, min_size=1, max_size=8).map(lambda contents: chained(EMPTY_TRAIL, contents, hmac))


@given(TRAILS)
def test_a_trail_as_it_was_written_has_no_fault(rows: list[Row]) -> None:
    assert first_fault(rows, head_of(rows)) is None


@given(TRAILS, st.data())
def test_a_changed_column_is_found_in_its_row(rows: list[Row], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(sorted({*rows[0]} - {"sequence"})))
    changed = data.draw(st.binary(max_size=32) if "hmac" in column else CONTENT.map(lambda row: row[column]))
    if column == "pruned_through":
        changed = data.draw(st.integers(1, 9))
    assume(changed != rows[index][column])
    altered = [*rows[:index], {**rows[index], column: changed}, *rows[index + 1 :]]
    assert first_fault(altered, head_of(rows)) == Fault(FaultKind.ALTERED, index + 1)


@given(TRAILS, st.data())
def test_removed_rows_are_found_by_their_numbers(rows: list[Row], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(rows) - 1))
    last = data.draw(st.integers(first, len(rows) - 1))
    left = rows[:first] + rows[last + 1 :]
    assert first_fault(left, head_of(rows)) == Fault(FaultKind.REMOVED, first + 1, last + 1)


@given(TRAILS, st.data())
def test_two_rows_that_change_places_are_both_altered(rows: list[Row], data: st.DataObject) -> None:
    assume(len(rows) > 1)
    first, second = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=2, max_size=2)))
    swapped = list(rows)
    swapped[first] = rows[second] | {"sequence": first + 1}
    swapped[second] = rows[first] | {"sequence": second + 1}
    assert first_fault(swapped, head_of(rows)) == Fault(FaultKind.ALTERED, first + 1)


@given(TRAILS, st.data())
def test_a_row_that_is_inserted_behind_the_last_is_found(rows: list[Row], data: st.DataObject) -> None:
    number = data.draw(st.integers(len(rows) + 1, len(rows) + 3))
    stranger = rows[-1] | {"sequence": number, "previous_hmac": rows[-1]["hmac"]}
    assert first_fault([*rows, stranger], head_of(rows)) == Fault(FaultKind.INSERTED, number)


@given(TRAILS, st.data())
def test_a_row_that_is_inserted_between_others_is_found(rows: list[Row], data: st.DataObject) -> None:
    """The rows behind it get other numbers, or theirs would be taken."""
    index = data.draw(st.integers(0, len(rows) - 1))
    moved = [row | {"sequence": row["sequence"] + 1} for row in rows[index:]]
    inserted = rows[index] | {"actor_id": "stranger"}
    assert first_fault([*rows[:index], inserted, *moved], head_of(rows)) == Fault(
        FaultKind.ALTERED, index + 1
    )


@given(TRAILS)
def test_a_row_of_a_number_that_was_never_given_is_inserted(rows: list[Row]) -> None:
    assert first_fault([rows[0] | {"sequence": 0}, *rows], head_of(rows)) == Fault(FaultKind.INSERTED, 0)


@given(TRAILS, st.data())
def test_a_tail_that_is_cut_off_is_found_by_the_head(rows: list[Row], data: st.DataObject) -> None:
    """The head can't be set back without the key."""
    length = data.draw(st.integers(0, len(rows) - 1))
    left = rows[:length]
    assert first_fault(left, head_of(rows)) == Fault(FaultKind.REMOVED, length + 1, len(rows))
    assert first_fault(left, head_of(left), head_of(rows).seal(hmac)) == Fault(FaultKind.ALTERED)


@given(TRAILS, st.data())
def test_a_head_that_names_an_earlier_row_is_found(rows: list[Row], data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(rows) - 1))
    assert first_fault(rows, head_of(rows[:length])) == Fault(FaultKind.ALTERED)


def test_every_column_is_part_of_the_canonical_form() -> None:
    """So that no column that is added later stays outside of the HMAC."""
    row = {column.name: b"1" for column in EVENTS.columns}
    forms = {canonical_form(row | {name: b"2"}) for name in row}
    assert len(forms) == len(row)  # One of them is that of the row itself: its HMAC is left out.
    assert canonical_form(row | {"hmac": b"2"}) == canonical_form(row)


def test_a_column_without_a_value_leaves_the_canonical_form_as_it_was() -> None:
    assert canonical_form({"sequence": 1, "added_later": None}) == canonical_form({"sequence": 1})


@given(st.dictionaries(st.text(), st.text(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=3))
def test_two_contents_never_have_one_canonical_form(one: dict[str, str], other: dict[str, str]) -> None:
    one.pop("hmac", None)
    other.pop("hmac", None)
    assert (canonical_form(one) == canonical_form(other)) == (one == other)


def test_an_instant_has_one_canonical_form_in_every_zone() -> None:
    instant = datetime(2026, 11, 23, 12, tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=-5)))
    assert canonical_form({"at": instant}) == canonical_form({"at": elsewhere})
    assert canonical_form({"id": uuid.UUID(int=1)}) == canonical_form({"id": str(uuid.UUID(int=1))})


@given(st.integers(1, 2**40), st.binary(min_size=32, max_size=32))
def test_a_head_is_read_as_it_is_printed(sequence: int, digest: bytes) -> None:
    assert TrailHead.parse(f" {TrailHead(sequence, digest)}\n") == TrailHead(sequence, digest)


@pytest.mark.parametrize("text", ["", "7", "7:", ":00", "x:00", "7:0g", "-1:00", "0:00"])
def test_a_text_that_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        TrailHead.parse(text)
