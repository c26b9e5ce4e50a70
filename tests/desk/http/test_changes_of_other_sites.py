"""A change is taken from the desk's own pages alone, and the cookie counts nowhere else."""

import pytest

from booking.domain.role import Role
from tests.desk.desk_server import Desk

CHANGES = ("/desk/account/hide-names", "/desk/sign-out", "/desk/account/sessions/end-others", "/desk/staff")

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.desk.example"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://[bad"},
    {},
]
"""Headers of requests that no page of the desk sent."""


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_change_that_another_page_sent_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    browser = await desk.signed_in()
    for name in ("Sec-Fetch-Site", "Origin"):
        del browser.headers[name]

    for path in CHANGES:
        answer = await browser.post(path, headers=headers, data={"name": "Sample Owner 9", "role": "owner"})
        assert answer.status_code == 403, path

    assert (await browser.get("/desk/day")).status_code == 200
    assert "Sample Owner 9" not in (await browser.get("/desk/staff")).text


async def test_an_old_browser_that_names_only_the_origin_may_change(desk: Desk) -> None:
    browser = await desk.signed_in()
    del browser.headers["Sec-Fetch-Site"]

    assert (await browser.post("/desk/account/hide-names", data={"from": "page"})).status_code == 303


async def test_a_cookie_of_the_desk_means_nothing_to_the_api(desk: Desk) -> None:
    browser = await desk.signed_in(Role.OWNER)
    query = {"query": "{ viewer { __typename } appointments(first: 1) { nodes { id } } }"}

    stranger = await desk.browser()

    assert (await browser.post("/graphql", json=query)).json() == (
        await stranger.post("/graphql", json=query)
    ).json()


async def test_pages_of_the_desk_are_kept_by_nobody_and_run_nothing_inline(desk: Desk) -> None:
    browser = await desk.signed_in()

    for path in ("/desk/day", "/desk/account", "/desk/staff"):
        answer = await browser.get(path)
        assert answer.headers["cache-control"] == "no-store", path
    policy = (await browser.get("/desk/day")).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy
