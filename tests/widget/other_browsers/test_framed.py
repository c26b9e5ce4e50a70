"""The hosted page in a frame of another site, in WebKit."""

from tests.support.site import Site
from tests.widget.embedding.framing import FITS, embedding_page
from tests.widget.other_browsers.test_journeys import answers_and_sends, chooses, visits
from tests.widget.other_browsers.webkit import WebKit


async def test_a_frame_grows_with_each_step_and_books(site: Site, webkit: WebKit) -> None:
    async with embedding_page(site) as page:
        # All of the frame is in view, because a pointer can't press what is not.
        await webkit.resize(900, 2300)
        await webkit.goto(page)
        await webkit.enters_frame()
        await webkit.sees("h2", "Choose a time")
        await webkit.waits_for(f"({FITS})()")
        await chooses(webkit, "Wednesday, November 25", "9:00 a.m.")
        await answers_and_sends(webkit)
        await webkit.sees("h2", "Your visit is booked")
        await webkit.waits_for(f"({FITS})()")
        assert await visits(site) == ["25 14:00 BOOKED"]
        await webkit.leaves_frame()
        height = await webkit.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
        assert height != 700
