"""The days that the page of numbers counts: chosen in its address, or the last four weeks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from booking.agenda.numbers import check_span
from booking.agenda.refusals import SpanInReverse, SpanTooLong
from booking.timegrid.ticks import DAY
from desk.day.dates import NoSuchDate, chosen_date, first_of_month, former_month
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest

USUAL = timedelta(days=27)
"""From the first day to the last of four weeks."""


@dataclass(frozen=True)
class Span:
    """Days, both included."""

    first: date
    last: date


@dataclass
class WrongSpan(Exception):
    """The address names no days that can be counted; `problems` are texts by field."""

    problems: Mapping[str, str]


def chosen_span(request: DeskRequest, today: date) -> Span:
    """`?first=` and `?last=`, either one or both; without them the four weeks until today.

    Raises:
        WrongSpan: a date is none, or they are in reverse, or too far apart.
    """
    typed = {name: request.form.get(name).strip() for name in ("first", "last")}
    chosen, problems = {}, {}
    for name, wanted in typed.items():
        try:
            chosen[name] = chosen_date(wanted, today)
        except NoSuchDate:
            problems[name] = request.texts("desk.numbers.wrongDate")
    if problems:
        raise WrongSpan(problems)
    first, last = chosen["first"], chosen["last"]
    if not typed["first"]:
        first = last - USUAL
    elif not typed["last"]:
        last = first + USUAL
    try:
        check_span(first, last)
    except (SpanInReverse, SpanTooLong) as refusal:
        raise WrongSpan({"last": problem_text(request.texts, refusal)}) from refusal
    return Span(first, last)


def usual_spans(today: date) -> Mapping[str, Span]:
    """What is asked for most, by the end of its text's key."""
    month = first_of_month(today)
    return {
        "weeks": Span(today - USUAL, today),
        "month": Span(former_month(today), month - DAY),
        "year": Span(today - 364 * DAY, today),
    }
