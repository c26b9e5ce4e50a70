"""The hosted page in a frame of another site, by keyboard, in WebKit."""

from tests.support.site import Site
from tests.widget.embedding.framing import FITS, embedding_page
from tests.widget.other_browsers.tab import ENTER
from tests.widget.other_browsers.test_journeys import tabs_to, types_details, visits
from tests.widget.other_browsers.webkit import WebKit


async def test_a_frame_grows_with_each_step_and_books(site: Site, webkit: WebKit) -> None:
    async with embedding_page(site) as page:
        await webkit.goto(page)
        await webkit.enters_frame()
        await webkit.sees("[part=choice]", "Soonest")
        await webkit.waits_for(f"({FITS})()")
        await tabs_to(webkit, "Soonest")
        await webkit.types(ENTER)
        await webkit.sees("h2", "Does any of these apply to you?")
        await tabs_to(webkit, "None of these")
        await webkit.types(ENTER)
        await webkit.sees("h2", "Who is coming?")
        await types_details(webkit)
        await webkit.sees("h2", "Your visit is booked")
        await webkit.waits_for(f"({FITS})()")
        assert await visits(site) == ["23 14:00 BOOKED"]
        await webkit.leaves_frame()
        height = await webkit.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
        assert height != 700
