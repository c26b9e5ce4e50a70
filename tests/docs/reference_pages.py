"""The pages of docs/reference that are made from the code: `make docs` writes them, a test compares them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.docs.cli_page import render_cli
from tests.docs.clinic_file_page import render_clinic_file
from tests.docs.extend_page import render_extend
from tests.docs.metrics_page import render_metrics
from tests.docs.operations_page import render_operations
from tests.docs.settings_page import render_settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
MARK = "<!-- Below this line the page is made from the code by `make docs`. -->"

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": render_cli,
    "clinic-file.md": render_clinic_file,
    "extend.md": render_extend,
    "metrics.md": render_metrics,
    "operations.md": render_operations,
    "settings.md": render_settings,
}


def page_text(name: str) -> str:
    """The page as it should be: what was written by hand, down to the mark, and the rest from the code."""
    introduction, mark, _ = (REFERENCE / name).read_text("utf-8").partition(MARK)
    assert mark, f"{name} has no line {MARK}"
    return _formatted(name, f"{introduction}{MARK}\n\n{PAGES[name]()}\n")


def _formatted(name: str, text: str) -> str:
    """With its Python in our format, as `make format` would write it."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(REFERENCE / name), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main() -> None:
    for name in PAGES:
        (REFERENCE / name).write_text(page_text(name), "utf-8")


if __name__ == "__main__":
    main()
