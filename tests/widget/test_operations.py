"""The GraphQL operations in the bundle, held against the schema and the server's list of trusted ones."""

import hashlib
import re

from graphql import build_schema, parse, validate

from graphql_api.schema.schema import BookingSchema
from graphql_api.security.trusted_documents import TrustedDocuments
from web.assets import assets
from web.built_widget import former_documents, widget_documents

TEXTS = "flow/documents.js"
ID = re.compile(r"""["'`]([\da-f]{12})["'`]""")


def sent() -> set[str]:
    """The id of every operation in the code that browsers load."""
    modules = [
        file.body.decode() for path, file in assets().files.items() if path.endswith(".js") and path != TEXTS
    ]
    return {found for module in modules for found in ID.findall(module)}


def test_every_document_of_the_widget_fits_the_schema() -> None:
    schema = build_schema(BookingSchema().as_str())
    texts = widget_documents().values()
    assert {text: validate(schema, parse(text)) for text in texts} == {text: [] for text in texts}


def test_the_server_knows_every_operation_that_the_widget_sends() -> None:
    documents = TrustedDocuments(widget_documents().values(), others_too=False)
    assert {documents.by_id(known) for known in sent()} == set(widget_documents().values())


def test_the_text_of_every_operation_is_there_for_a_server_that_does_not_know_it() -> None:
    module = assets().files[TEXTS].body.decode()
    texts = dict(re.findall(r"""["']?([\da-f]{12})["']?:["'`]([^"'`]*)["'`]""", module))
    assert {hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts.values()} == set(texts) == sent()


def test_what_former_widgets_have_sent_is_known() -> None:
    assert set(former_documents()) >= set(widget_documents().values())
