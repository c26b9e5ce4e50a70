"""The order in which patients who wait are asked: who was asked least lately, then who waits the longest."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """An entry that waits; `person` is the same for all entries with one address."""

    entry: uuid.UUID
    person: bytes
    waiting_since: datetime


@dataclass(frozen=True)
class Turn:
    """When an entry's turn is: `place` counts from 1; `asked` is how often its person was asked lately."""

    waiting: Waiting
    place: int
    asked: int

    @property
    def reason(self) -> str:
        """Why it is its turn, for the audit trail: nothing in it is about the patient's data."""
        since = self.waiting.waiting_since.date().isoformat()
        return (
            f"number {self.place} in the waiting list's order: offered {self.asked} times within "
            f"{LATELY.days} days, waiting since {since}"
        )


def in_order(
    waiting: Sequence[Waiting],
    *,
    asked: Mapping[bytes, int],
    being_asked: Collection[bytes],
    offers_a_week: int,
    entries_a_person: int,
) -> list[Turn]:
    """The entries that can be asked, in order; each has what no one before it in the order is suited by.

    `asked` is how many times each person was offered a time within `LATELY`. A person who is `being_asked`,
    or was asked `offers_a_week` times, waits. The oldest `entries_a_person` of a person are looked at.
    """
    eligible: list[tuple[int, Waiting]] = []
    entries: dict[bytes, int] = {}
    for each in sorted(waiting, key=lambda each: (each.waiting_since, each.entry)):
        entries[each.person] = entries.get(each.person, 0) + 1
        count = asked.get(each.person, 0)
        is_one_too_many = entries[each.person] > entries_a_person
        if not is_one_too_many and each.person not in being_asked and count < offers_a_week:
            eligible.append((count, each))
    eligible.sort(key=lambda pair: (pair[0], pair[1].waiting_since, pair[1].entry))
    return [Turn(each, place, count) for place, (count, each) in enumerate(eligible, 1)]
