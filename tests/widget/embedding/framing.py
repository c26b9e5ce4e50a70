"""A page of another site that shows the hosted page in a frame."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from booking.api_keys import create_site_key
from tests.support.clinics import NOW
from tests.support.site import Site, page_of_another_origin

PAGE = """<!doctype html><html lang="en"><title>A page of a site builder</title>
<style>
  iframe {{ inline-size: 100%; block-size: 700px; border: 0; --book-online-accent: rgb(122, 59, 105); }}
</style>
<iframe src="{url}/book/dry-needling?lang=en" title="Book Online"></iframe>
{script}"""
SCRIPT = '<script type="module" src="{url}/widget/frame.js"></script>'
FITS = "() => document.documentElement.scrollHeight <= innerHeight"


@asynccontextmanager
async def embedding_page(site: Site, *, has_key: bool = True) -> AsyncIterator[str]:
    async with page_of_another_origin(PAGE.format(url=site.url, script=SCRIPT.format(url=site.url))) as home:
        # Another site than the server's, so that cookies of the frame would be a third party's.
        address = home.replace("127.0.0.1", "localhost")
        if has_key:
            async with site.database.write() as session:
                await create_site_key(session, "Sample Site", [address], now=NOW)
        yield address
