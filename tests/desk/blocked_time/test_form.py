"""The form of blocked time: its mistakes, the repeated hour, and how it is filled in by a link."""

import re
from typing import Any

import pytest

from booking.domain.role import Role
from tests.desk.blocked_time.blocked_pages import BREAK, LIST, blocks, post
from tests.desk.desk_server import Desk


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"to": "08:00"}, "to", "end after it starts"),
        ({"to": "09:00"}, "to", "end after it starts"),
        ({"to": ""}, "to", "end after it starts"),
        ({"day": "2026-11-20"}, "to", "end after it starts"),
        ({"day": "someday"}, "from", "a day and a time"),
        ({"day": "9999-12-31"}, "from", "a day and a time"),
        ({"from": "09:01"}, "from", "steps of five minutes"),
        ({"from": "09:00+05:00"}, "from", "a day and a time"),
        ({"last_day": "2028-01-01"}, "to", "within a year"),
        ({"practitioner": "nobody"}, "practitioner", "somebody of the list"),
        ({"location": "nowhere"}, "location", "choose a location"),
        ({"kind": "holiday"}, "kind", "one of these"),
        ({"label": "x" * 10_000}, "label", "60 characters"),
        ({"weekday": "2"}, "until", "a last day"),
        ({"weekday": "2", "until": "2026-11-24"}, "weekdays", "None of these days"),
        (
            {"day": "2027-03-14", "from": "02:30", "to": "04:00"},
            "from",
            "choose 3:00\N{NO-BREAK SPACE}a.m. or later",
        ),
    ],
    ids=str,
)
async def test_a_mistake_is_shown_at_its_field(
    desk: Desk, change: dict[str, Any], field: str, words: str
) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    answer = await post(browser, BREAK | change)
    assert answer.status_code == 422
    [(name, text)] = re.findall(r'role="alert"><a href="#(\w+)">([^<]*)</a>', answer.text)
    assert (name, words in text) == (field, True), text
    assert f'id="{field}"' in answer.text or field == "location"
    assert await blocks(desk) == []


async def test_in_the_repeated_hour_the_page_asks_which_pass_is_meant(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    night = BREAK | {"day": "2027-11-07", "from": "01:30", "to": "03:00"}
    asked = await post(browser, night)
    assert asked.status_code == 422
    choices = re.findall(r'name="from_at" value="([^"]*)"', asked.text)
    assert choices == ["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"]

    assert (await post(browser, night | {"from_at": choices[1]})).status_code == 303
    [block] = await blocks(desk)
    assert block.starts_at.isoformat() == "2027-11-07T06:30:00+00:00"


async def test_a_link_fills_in_the_form(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    page = (
        await browser.get(LIST, params={"practitioner": "two", "day": "2026-11-30", "from": "10:00"})
    ).text
    assert '<option value="two" selected>' in page
    assert 'name="day" min="2026-11-23" value="2026-11-30"' in page
    assert 'value="10:00"' in page
