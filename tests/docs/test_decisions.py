"""Every decision has a record with a date, rejected options and a check; the list names them all."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Rejected", "Consequences", "Enforced by"]


def test_the_records_are_numbered_in_order() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", [pytest.param(record, id=record.stem) for record in RECORDS])
def test_a_record_says_what_was_rejected_and_what_enforces_the_decision(record: Path) -> None:
    text = record.read_text("utf-8")
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert re.search(r"^(Accepted|Superseded by .+), \d{4}-\d\d-\d\d\.$", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert re.search(r"## Rejected\n- \*\*.+\*\*: ", text)
    assert re.search(r"## Enforced by\n- .+", text)


def test_the_list_names_every_record() -> None:
    listed = re.findall(
        r"^\| \[\d+\]\((.+)\) \| (.+) \|$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE
    )
    titles = {
        record.name: record.read_text("utf-8").partition("\n")[0].partition(". ")[2] for record in RECORDS
    }
    assert dict(listed) == titles
