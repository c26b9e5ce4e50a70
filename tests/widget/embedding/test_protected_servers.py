"""Where a clinic guards its server: known web sites alone, or some work before a time is held."""

import json

from playwright.async_api import Route, expect

from booking.api_keys import create_site_key
from tests.support.clinics import NOW
from tests.support.site import page_of_another_origin, running_site
from tests.widget.visitor import Visitor

PAGE = """<!doctype html><html lang="en"><title>A clinic</title>
<script type="module" src="{url}/widget/book-online.js"></script>
<book-online service="dry-needling">Book Online</book-online>"""
NAME_THE_SITE = "(key) => document.querySelector('book-online').setAttribute('site', key)"


async def test_a_page_with_a_site_key_books_and_one_without_does_not(
    sqlite_url: str, visitor: Visitor
) -> None:
    async with (
        running_site(sqlite_url, site_keys_only=True) as site,
        page_of_another_origin(PAGE.format(url=site.url)) as home,
    ):
        await visitor.page.goto(home)
        await visitor.button("Book Online").click()
        await visitor.page.get_by_role("alert").wait_for()

        async with site.database.write() as session:
            key = await create_site_key(session, "Sample Site", [home], now=NOW)
        await visitor.page.goto(home)
        await visitor.page.evaluate(NAME_THE_SITE, f"bo_pub_{key.id}")
        await visitor.button("Book Online").click()
        await visitor.page.locator("[part~=time]").first.wait_for()


async def test_the_widget_solves_the_proof_of_work(sqlite_url: str, visitor: Visitor) -> None:
    async with running_site(sqlite_url, proof_of_work="of this test, and of no server anywhere") as site:
        await visitor.comes_to_details(site.url)
        await visitor.button("Book this visit").click()
        await visitor.is_booked()
        assert await site.count_appointments() == 1


async def test_a_server_that_does_not_know_the_widgets_ids_is_sent_texts(
    sqlite_url: str, visitor: Visitor
) -> None:
    """A page that another replica has served, in the minutes of an update."""

    async def to_another_version(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        if known := body.get("documentId"):
            body["documentId"] = known[::-1]
        await route.continue_(post_data=json.dumps(body))

    async with running_site(sqlite_url) as site:
        await visitor.page.route("**/graphql", to_another_version)
        await visitor.comes_to_details(site.url)
        await visitor.button("Book this visit").click()
        await visitor.is_booked()


async def test_who_asks_too_often_is_told_to_wait(sqlite_url: str, visitor: Visitor) -> None:
    async def limit(route: Route) -> None:
        error = {"message": "Please wait.", "extensions": {"code": "RATE_LIMITED", "retryAfterSeconds": 60}}
        await route.fulfill(status=429, json={"errors": [error]})

    async with running_site(sqlite_url) as site:
        await visitor.page.route("**/graphql", limit, times=1)
        await visitor.opens(site.url)
        alert = visitor.page.get_by_role("alert")
        await expect(alert).to_contain_text("Please try again in a few minutes.")
        await alert.get_by_role("button", name="Try again").click()
        await visitor.arrives_at("Choose a time")
