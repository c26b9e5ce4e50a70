"""A form that is sent after the session has ended: the page says that nothing was saved, and leads back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.desk.desk_server import Desk

SITE = "https://desk.example"


@pytest.mark.parametrize(
    ("sent_from", "leads_to"),
    [
        (f"{SITE}/desk/blocked-time?kind=absence", "/desk/blocked-time?kind=absence"),
        (f"{SITE}/desk/book/hold", "/desk/book"),
        ("https://evil.example/desk/day?date=2026-11-24", "/desk/day?date=2026-11-24"),
        ("https://evil.example//evil.example", "/desk/day"),
        ("http://[", "/desk/day"),
        ("", "/desk/day"),
    ],
)
async def test_who_was_signed_out_is_told_and_comes_back(desk: Desk, sent_from: str, leads_to: str) -> None:
    member = await desk.member()
    browser = await desk.sign_in(member)
    desk.clock.now += timedelta(hours=1)

    answer = await browser.post("/desk/blocked-time", data={"label": "x"}, headers={"Referer": sent_from})

    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["next"], query["unsaved"]) == ([leads_to], ["1"])
    page = await browser.get(answer.headers["location"])
    assert "You were signed out before this was saved" in page.text
