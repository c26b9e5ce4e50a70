"""Pages keep a widget for long: whatever one has ever sent is still answered."""

import pytest
from graphql import build_schema, parse, validate

from graphql_api.schema.schema import printed_schema
from tests.contract.archive import archived, version
from web.built_widget import widget_documents

KEPT = [(of, name, text) for of, sent in archived().items() for name, text in sent.items()]


@pytest.mark.parametrize("document", [pytest.param(text, id=f"{of}-{name}") for of, name, text in KEPT])
def test_what_a_widget_has_ever_sent_fits_the_schema(document: str) -> None:
    assert validate(build_schema(printed_schema()), parse(document)) == []


def test_what_the_widget_sends_today_is_kept() -> None:
    assert archived()[version()] == widget_documents(), "run `make contract`"
