"""The GraphQL operations in the bundle, held against the schema and the server's list of trusted ones."""

import re

from graphql import build_schema, parse, validate

from graphql_api.schema.schema import BookingSchema
from web.assets import assets
from web.built_widget import widget_documents

OPERATION = re.compile(r"""["'`]((?:query|mutation) \w+[^"'`]*)["'`]""")


def sent() -> set[str]:
    """Every operation in the code that browsers load."""
    modules = [file.body.decode() for path, file in assets().files.items() if path.endswith(".js")]
    return {text for module in modules for text in OPERATION.findall(module)}


def test_every_document_of_the_widget_fits_the_schema() -> None:
    assert len(sent()) > 5
    schema = build_schema(BookingSchema().as_str())
    assert {text: validate(schema, parse(text)) for text in sent()} == {text: [] for text in sent()}


def test_the_server_knows_every_document_that_the_widget_sends() -> None:
    assert set(widget_documents().values()) == sent()
