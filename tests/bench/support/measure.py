"""Figures measured in pairs, by turns: a disturbance of the machine falls on both."""

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Figure = Callable[[], Awaitable[float]]
"""One measurement."""


@dataclass(frozen=True)
class Row:
    """A line of the table. A `ratio` that misses its `goal` is shown, and fails nothing.

    A row without a goal only shows the cost of a part.
    """

    work: str
    goal: str
    ratio: str
    is_met: bool
    ours: str
    theirs: str
    pair: str


async def medians(ours: Figure, theirs: Figure, *, rounds: int) -> tuple[float, float, float]:
    """Medians of ours, of theirs, and of the rounds' ratios ours / theirs."""
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            other = await theirs()
            pairs.append((await ours(), other))
        else:
            pairs.append((await ours(), await theirs()))
    mine, others = zip(*pairs)
    ratios = [own / other for own, other in pairs]
    return statistics.median(mine), statistics.median(others), statistics.median(ratios)


def at_least(ratio: float, goal: float) -> tuple[str, str, bool]:
    """Cells of a ratio that should be high: the goal, the ratio, whether it is met."""
    return f">= {goal:g} x", f"{ratio:.2f} x", ratio >= goal


def at_most(ratio: float, goal: float) -> tuple[str, str, bool]:
    return f"<= {goal:g} x", f"{ratio:.2f} x", ratio <= goal
