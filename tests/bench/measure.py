"""Pairs measured side by side: first the one, then the other, again and again; and what came of it."""

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Figure = Callable[[], Awaitable[float]]
"""One measurement."""


@dataclass(frozen=True)
class Row:
    """A line of the table. `ratio` is what `goal` is about; a miss is told, and fails nothing.

    Without a goal it only tells what a part costs.
    """

    work: str
    goal: str
    ratio: str
    is_met: bool
    ours: str
    theirs: str
    pair: str


async def medians(ours: Figure, theirs: Figure, *, rounds: int) -> tuple[float, float, float]:
    """Of ours, of theirs, and of the rounds' ratios ours / theirs.

    What disturbs the machine for a while disturbs both of a round, so ratios tell more than either.
    """
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            other = await theirs()
            pairs.append((await ours(), other))
        else:
            pairs.append((await ours(), await theirs()))
    mine, others = zip(*pairs)
    ratios = [one / other for one, other in pairs]
    return statistics.median(mine), statistics.median(others), statistics.median(ratios)


def at_least(ratio: float, goal: float) -> tuple[str, str, bool]:
    """What the table says of a ratio that should be high: the goal, the ratio, whether it is met."""
    return f">= {goal:g} x", f"{ratio:.2f} x", ratio >= goal


def at_most(ratio: float, goal: float) -> tuple[str, str, bool]:
    return f"<= {goal:g} x", f"{ratio:.2f} x", ratio <= goal
