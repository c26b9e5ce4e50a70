"""What the widget asks, held against what the server answers."""

from graphql import build_schema, parse, validate
from playwright.async_api import Page

from graphql_api.schema.schema import BookingSchema
from tests.support.site import Site
from web.assets import assets
from web.widget_documents import widget_documents


async def test_every_document_of_the_widget_fits_the_schema(site: Site, page: Page) -> None:
    await page.goto(f"{site.url}/book")
    sent = await page.evaluate(
        f"import('{site.url}{assets().address('flow/client.js')}').then((client) => client.documents)"
    )
    assert len(sent) > 5
    schema = build_schema(BookingSchema().as_str())
    mistakes = {name: validate(schema, parse(document)) for name, document in sent.items()}
    assert mistakes == {name: [] for name in sent}


async def test_the_server_knows_every_document_that_the_widget_sends(site: Site, page: Page) -> None:
    await page.goto(f"{site.url}/book")
    sent = await page.evaluate(
        f"import('{site.url}{assets().address('flow/client.js')}').then((client) => client.documents)"
    )
    assert widget_documents() == sent
