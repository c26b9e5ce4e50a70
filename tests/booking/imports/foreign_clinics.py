"""Clinics of another system, as Hypothesis makes them up."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from booking.imports.clinic import (
    ForeignClinic,
    ForeignPractitioner,
    ForeignRules,
    ForeignService,
    Minutes,
)
from booking.imports.notes import Notes
from booking.imports.values import one_line, plain_text, united

ZONES = st.sampled_from(["America/Toronto", "Europe/London", "Australia/Lord_Howe", "UTC"])
NAMES = st.text(max_size=80).map(one_line)
DAYS = st.dates(date(2030, 1, 1), date(2030, 3, 1))
SERVICES = ("1", "2", "3")


def spans() -> st.SearchStrategy[list[Minutes]]:
    minutes = st.integers(0, 1440)
    pairs = st.tuples(minutes, minutes).map(lambda pair: (min(pair), max(pair)))
    return st.lists(pairs.filter(lambda pair: pair[0] < pair[1]), max_size=3).map(united)


def services(key: str) -> st.SearchStrategy[ForeignService]:
    buffers = st.integers(0, 300)
    return st.builds(
        ForeignService,
        st.just(key),
        NAMES,
        st.integers(0, 800),
        st.text(max_size=80).map(plain_text),
        st.none() | st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2),
        st.sampled_from(["CAD", "cad", "$", "", "Euro"]),
        buffers,
        buffers,
    )


TIMES = st.datetimes(datetime.fromisoformat("2030-01-01"), datetime.fromisoformat("2030-03-01"))
TIME_OFF = st.tuples(TIMES, st.integers(1, 100_000)).map(
    lambda pair: (pair[0].replace(microsecond=0), pair[0].replace(microsecond=0) + timedelta(minutes=pair[1]))
)
PRACTITIONERS = st.builds(
    ForeignPractitioner,
    st.text("abc", min_size=1, max_size=3),
    NAMES,
    ZONES,
    st.lists(st.sampled_from(SERVICES), unique=True),
    st.dictionaries(st.integers(0, 6), spans()),
    st.dictionaries(DAYS, spans(), max_size=4),
    st.lists(TIME_OFF, max_size=3),
)
CLINICS = st.builds(
    ForeignClinic,
    st.just("Sample"),
    NAMES,
    ZONES,
    st.tuples(*map(services, SERVICES)),
    st.lists(PRACTITIONERS, max_size=3, unique_by=lambda each: each.id),
    st.just(()),
    st.builds(Notes),
    st.builds(Notes),
    email=st.sampled_from(["", "reception@example.com", "none"]),
    website=st.sampled_from(["", "https://example.com", "example"]),
    rules=st.builds(
        ForeignRules,
        st.none() | st.integers(1, 2000),
        st.none() | st.integers(0, 1_000_000),
        st.none() | st.integers(0, 1000),
    ),
    closures=st.lists(
        st.tuples(DAYS, st.integers(0, 9), NAMES).map(
            lambda closure: (closure[0], closure[0] + timedelta(days=closure[1]), closure[2])
        ),
        max_size=2,
    ),
)
