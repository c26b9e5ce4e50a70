"""The pages that are made from the code say what the code says."""

import re

import pytest

from book_online import extend
from tests.docs.extend_page import EXTEND
from tests.docs.reference_pages import PAGES, REFERENCE, page_text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_made_from_the_code_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == page_text(name), "run `make docs`"


def test_every_name_of_extend_stands_in_one_group() -> None:
    assert sorted(name for names in EXTEND.values() for name in names) == sorted(extend.__all__)


def test_every_name_of_extend_is_described() -> None:
    page = (REFERENCE / "extend.md").read_text("utf-8")
    sections = re.findall(
        r"^### `(\w+)`\n\n```python\n.*?^```\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL
    )

    assert {name for name, _ in sections} == set(extend.__all__)
    assert [name for name, text in sections if not text.strip()] == []
