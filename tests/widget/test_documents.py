"""What the widget asks, held against what the server answers."""

from graphql import build_schema, parse, validate
from playwright.async_api import Page

from graphql_api.schema import core_schema
from tests.widget.site import Site
from widget.assets import assets


async def test_every_document_of_the_widget_fits_the_schema(site: Site, page: Page) -> None:
    await page.goto(f"{site.url}/book")
    documents = await page.evaluate(
        f"import('{site.url}{assets().address('flow/client.js')}').then((client) => client.documents)"
    )
    assert len(documents) > 5
    schema = build_schema(core_schema().as_str())
    mistakes = {name: validate(schema, parse(document)) for name, document in documents.items()}
    assert mistakes == {name: [] for name in documents}
