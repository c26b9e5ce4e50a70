"""An address is corrected on the confirmation, which goes on with the new link."""

from playwright.async_api import Route, expect

from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from tests.support.site import Site
from tests.widget.visitor import Visitor


async def test_a_corrected_address_ends_the_link_also_where_the_answer_was_lost(
    site: Site, visitor: Visitor
) -> None:
    async with site.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    await visitor.comes_to_details(site.url)
    await visitor.button("Book this visit").click()
    wrong = await visitor.is_booked()
    await visitor.button("Not right? Correct it").click()
    await expect(visitor.heading("Where shall we write to?")).to_be_visible()
    await visitor.field("Email").fill("right@example.com")

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await visitor.page.route("**/graphql", lose, times=1)
    await visitor.button("Send it there").click()
    await expect(visitor.page.get_by_role("alert")).not_to_be_empty()
    await visitor.button("Send it there").click()

    await expect(visitor.page.get_by_text("The confirmation goes to right@example.com")).to_be_visible()
    right = await visitor.page.get_by_role("link", name="Move or cancel").get_attribute("href")
    assert right
    opened = [await site.api.appointment(link.partition("#")[2]) for link in (wrong, right)]
    assert [each is not None for each in opened] == [False, True]
