"""Laws of percentages and medians."""

from collections import Counter
from fractions import Fraction
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from booking.agenda.figures import lower_median, percent


@given(part=st.integers(0, 10**9), whole=st.integers(1, 10**9))
def test_a_percentage_is_the_nearest_whole_one(part: int, whole: int) -> None:
    rounded = percent(part, whole)
    assert rounded is not None
    assert Fraction(-1, 2) < rounded - Fraction(100 * part, whole) <= Fraction(1, 2)


def test_there_is_no_percentage_of_nothing() -> None:
    assert percent(0, 0) is None
    assert percent(3, 0) is None


@given(values=st.lists(st.integers(0, 400), min_size=1))
def test_the_median_of_a_histogram_is_that_of_its_values(values: list[int]) -> None:
    assert lower_median(Counter(values)) == median_low(values)


def test_nothing_has_no_median() -> None:
    assert lower_median({}) is None
    assert lower_median({5: 0}) is None
