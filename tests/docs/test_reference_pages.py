"""The pages that are made from the code say what the code says."""

import pytest

from book_online import extend
from tests.docs.extend_page import EXTEND
from tests.docs.reference_pages import PAGES, REFERENCE, page_text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_made_from_the_code_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == page_text(name), "run `make docs`"


def test_every_name_of_extend_stands_in_one_group() -> None:
    assert sorted(name for names in EXTEND.values() for name in names) == sorted(extend.__all__)
