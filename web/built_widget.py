"""The widget as esbuild bundled it: beside this module in a wheel, in `build/widget` of a checkout."""

import json
from pathlib import Path

INSTALLED = Path(__file__).parent / "widget"
CHECKOUT = Path(__file__).parents[1] / "build" / "widget"


class WidgetNotBuilt(FileNotFoundError):
    """A checkout has no bundle before `make widget`."""


def bundle_folder() -> Path:
    """The folder that `widget/bundle.mjs` wrote.

    Raises:
        WidgetNotBuilt: it is not there yet.
    """
    for folder in (INSTALLED, CHECKOUT):
        if (folder / "documents.json").is_file():
            return folder
    raise WidgetNotBuilt("The widget has not been built yet. Please run `make widget`.")


def widget_documents() -> dict[str, str]:
    """The operations that the widget sends, by name, for servers that answer no others."""
    documents: dict[str, str] = json.loads((bundle_folder() / "documents.json").read_text("utf-8"))
    return documents
