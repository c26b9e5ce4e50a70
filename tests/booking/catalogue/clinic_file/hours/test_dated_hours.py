"""Hours from a day on, until a day, every few weeks: which may stand together, and what is told of them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.catalogue.clinic_file.export.clinic_text import exported_text
from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from tests.booking.catalogue.clinic_file.clinic_texts import mistakes
from tests.support.clinics import small_clinic

TODAY = date(2026, 11, 23)
Said = tuple[date | None, date | None, int, int, int]
"""From, until, every, a weekday and an hour."""
NINE_TO_TEN = 'week = { mon = ["09:00-10:00"] }'
HOURS = "practitioners[one].hours"
NO_MORE = "so that nobody can book with them any more"
SO_THAT = "so that nobody can book with them after that day"
VALID, REMEDY = "`hours[1]` are valid at 'here' too", "let one end before the other starts"
WEST = """
[[locations]]
slug = "west"
name = "West"
address = ["2 Main Street"]
time_zone = "{zone}"
hours = {{ mon-sun = ["00:00-24:00"] }}
"""


def clinic_with(*tables: str, zone: str | None = None, policy: dict[str, str] | None = None) -> str:
    one = '[[practitioners]]\nslug = "one"\nname = "Sample Practitioner One"\nservices = ["visit"]\n'
    hours = "".join(f"[[practitioners.hours]]\n{table}\n" for table in tables)
    return small_clinic(practitioners=(WEST.format(zone=zone) if zone else "") + one + hours, policy=policy)


def table(said: str, week: str = NINE_TO_TEN) -> str:
    return f"{said}\n{week}"


def told_warnings(text: str) -> list[str]:
    return [*map(str, clinic_file_warnings(parse_clinic_file(text), today=TODAY, languages=["en"]))]


@pytest.mark.parametrize(
    ("tables", "mistake"),
    [
        (["until = 2027-01-03", "from = 2027-01-04"], None),
        (["from = 2027-01-04", "until = 2027-01-03"], None),
        (
            ["until = 2027-01-04", "from = 2027-01-04"],
            f"{HOURS}[2]: on 2027-01-04 {VALID}; {REMEDY}",
        ),
        (
            ["", "until = 2027-01-04"],
            f"{HOURS}[2]: on 2027-01-04 {VALID}; {REMEDY}",
        ),
        (["", ""], f"{HOURS}[2].location: there are two weeks at 'here'; put all days into one"),
        (['from = 2027-01-04\nevery = "2 weeks"', 'from = 2027-01-11\nevery = "2 weeks"'], None),
        # The week of `from` counts from its Monday on, whatever the day.
        (['from = 2027-01-10\nevery = "2 weeks"', 'from = 2027-01-11\nevery = "2 weeks"'], None),
        (
            ['from = 2027-01-04\nevery = "2 weeks"', 'from = 2027-01-11\nevery = "3 weeks"'],
            f"{HOURS}[2]: on 2027-02-01 {VALID}; {REMEDY}",
        ),
        (
            [
                'from = 2027-01-04\nevery = "2 weeks"',
                'from = 2027-01-11\nuntil = 2027-01-31\nevery = "3 weeks"',
            ],
            None,
        ),
        (
            ['every = "2 weeks"'],
            f"{HOURS}[1].every: needs `from`, the day from whose week on the weeks are counted",
        ),
        (["from = 2027-01-04\nuntil = 2027-01-03"], f"{HOURS}[1].until: the hours end before they start"),
        (
            ['from = 2027-01-04\nevery = "9 weeks"'],
            f'{HOURS}[1].every: weeks look like "2 weeks", from "1 week" to "8 weeks"',
        ),
        (["from = 9999-12-31"], f"{HOURS}[1].from: the year must be from 1900 to 9998"),
        (
            ["until = 2027-01-04T09:00:00"],
            f"{HOURS}[1].until: must be a date, like 2027-03-15 (without quotes)",
        ),
    ],
)
def test_hours_at_one_place_have_no_day_in_common(tables: list[str], mistake: str | None) -> None:
    text = clinic_with(*map(table, tables))

    if mistake is None:
        parse_clinic_file(text)
    else:
        assert mistakes(text) == [mistake]


@pytest.mark.parametrize(
    ("here", "west", "day"),
    [
        ('from = 2027-01-04\nevery = "2 weeks"', 'from = 2027-01-11\nevery = "2 weeks"', None),
        ('from = 2027-01-04\nevery = "2 weeks"', 'from = 2027-01-18\nevery = "2 weeks"', "2027-01-18"),
        ('from = 2027-01-05\nevery = "2 weeks"', "", "2027-01-18"),
        ("until = 2027-01-03", "from = 2027-01-04", None),
        ("until = 2027-01-04", "from = 2027-01-04", "2027-01-04"),
        ("until = 2027-01-04", "until = 2027-01-04", "2026-12-28"),
    ],
)
def test_hours_at_two_places_meet_on_a_day_that_both_have(here: str, west: str, day: str | None) -> None:
    text = clinic_with(
        table(f'location = "here"\n{here}'), table(f'location = "west"\n{west}'), zone="America/Toronto"
    )

    if day is None:
        parse_clinic_file(text)
    else:
        assert mistakes(text) == [f"{HOURS}[2].week: on {day} they are at 'here' at the same time"]


@st.composite
def weeks_somewhere(draw: st.DrawFn) -> Said:
    first = draw(st.none() | st.dates(date(2027, 1, 1), date(2027, 5, 1)))
    last = draw(st.none() | st.integers(0, 120).map(lambda n: (first or date(2027, 1, 1)) + timedelta(n)))
    weeks = draw(st.integers(1, 4)) if first else 1
    return first, last, weeks, draw(st.integers(0, 1)), draw(st.integers(0, 23))


@given(
    one=weeks_somewhere(), two=weeks_somewhere(), zone=st.sampled_from(["Europe/London", "America/Toronto"])
)
def test_two_places_meet_where_a_calendar_of_days_says_so(
    one: Said,
    two: Said,
    zone: str,
) -> None:
    if max(one[2], two[2]) > 2 and zone == "Europe/London":
        # Only the year ahead is looked at. London's clocks change on other days than Toronto's, so that
        # weeks counted by threes and fours may meet for the first time in a later year.
        zone = "America/Chicago"

    def hours(place: str, said: Said) -> str:
        first, last, weeks, weekday, hour = said
        lines = [
            f'location = "{place}"',
            f'week = {{ {("mon", "tue")[weekday]} = ["{hour:02}:00-{hour:02}:30"] }}',
        ]
        lines += [f"from = {first}"] if first else []
        lines += [f"until = {last}"] if last else []
        return "\n".join([*lines, f'every = "{weeks} weeks"' if weeks > 1 else 'every = "week"'])

    def stretches(said: Said, name: str) -> set[datetime]:
        first, last, weeks, weekday, hour = said
        found = set()
        for number in range(-400, 900):
            day = date(2027, 1, 4) + timedelta(number)
            begins = None if first is None else first - timedelta(first.weekday())
            if (
                day.weekday() == weekday
                and (first is None or day >= first)
                and (last is None or day <= last)
                and (begins is None or (day - begins).days // 7 % weeks == 0)
            ):
                found.add(datetime.combine(day, time(hour), ZoneInfo(name)).astimezone(ZoneInfo("UTC")))
        return found

    text = clinic_with(hours("here", one), hours("west", two), zone=zone)
    meet = stretches(one, "America/Toronto") & stretches(two, zone)
    try:
        parse_clinic_file(text)
        told = False
    except ClinicFileError as refused:
        told = "at the same time" in str(refused)
    # Without days the weeks of winter and summer stand for all.
    if one[:2] == two[:2] == (None, None):
        meet = {start for start in meet if start.month in (1, 7)}
    assert told == bool(meet)


def test_the_way_between_two_places_is_looked_at_on_days_that_both_have() -> None:
    def warnings(west: str) -> list[str]:
        text = clinic_with(
            table('location = "here"\nfrom = 2027-01-04\nevery = "2 weeks"'),
            table(f'location = "west"\nfrom = {west}\nevery = "2 weeks"', 'week = { mon = ["10:15-11:00"] }'),
            zone="America/Toronto",
            policy={"travel_time": "30 min"},
        )
        return told_warnings(text)

    assert warnings("2027-01-11") == []
    (warning,) = warnings("2027-01-18")
    assert warning.startswith(f"{HOURS}: on 2027-01-18 less than the travel time of 30 min")


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (["until = 2027-01-03", "from = 2027-01-04"], []),
        (["until = 2026-11-23", "from = 2026-11-24"], []),
        (["until = 2026-11-22", "from = 2026-11-23"], [f"{HOURS}[1]: are over since 2026-11-22"]),
        (
            ["until = 2027-01-03"],
            [f"{HOURS}: end within the horizon, on 2027-01-03, {SO_THAT}"],
        ),
        (
            ["until = 2026-11-20"],
            [
                f"{HOURS}[1]: are over since 2026-11-20",
                f"{HOURS}: have ended on 2026-11-20, {NO_MORE}",
            ],
        ),
        (["until = 2027-01-22"], []),
    ],
)
def test_hours_that_end_are_told(tables: list[str], expected: list[str]) -> None:
    text = clinic_with(*map(table, tables), policy={"horizon": "60 days"})

    assert told_warnings(text) == expected


def test_an_export_keeps_the_words_about_hours_of_the_same_days() -> None:
    before = clinic_with(
        table("# Until spring.\nuntil = 2027-03-31  # a Wednesday"),
        table("# From spring on.\nfrom = 2027-04-01"),
    )
    after = before.replace('"09:00-10:00"', '"09:00-11:00"').replace("[[practitioners.hours]]", "[[x]]", 1)
    first, second = after.index("[[x]]"), after.index("[[practitioners.hours]]")
    swapped = after[:first] + after[second:] + after[first:second].replace("[[x]]", "[[practitioners.hours]]")

    written = exported_text(rows_of_clinic_file(parse_clinic_file(swapped)), before)

    assert "# Until spring.\nuntil = 2027-03-31  # a Wednesday" in written
    assert "# From spring on.\nfrom = 2027-04-01" in written
    assert written.count('week = { mon = ["09:00-11:00"] }') == 2
    assert written.index("Until spring") < written.index("From spring on")
