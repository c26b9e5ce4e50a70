"""The widget as it was bundled, and the operations that it sends."""

import json
from pathlib import Path

from rendering.bundle import bundle_folder

INSTALLED = Path(__file__).parent / "widget"
CHECKOUT = Path(__file__).parents[1] / "build" / "widget"
DOCUMENTS = "documents.json"
FORMER = "former.json"
TEXTS = "texts.json"


def widget_folder() -> Path:
    """The folder that `widget/bundle.mjs` wrote.

    Raises:
        BundleMissing: it is not there yet.
    """
    return bundle_folder([INSTALLED, CHECKOUT], DOCUMENTS)


def widget_documents() -> dict[str, str]:
    """The operations that the widget sends, by name, for servers that answer no others."""
    documents: dict[str, str] = json.loads((widget_folder() / DOCUMENTS).read_text("utf-8"))
    return documents


def former_documents() -> list[str]:
    """What the widgets of all versions have sent: a page may stay open while the server is updated."""
    texts: list[str] = json.loads((widget_folder() / FORMER).read_text("utf-8"))
    return texts


def widget_texts() -> dict[str, list[str]]:
    """The keys of the texts that each file of texts has, by its name; a plural's without its form."""
    keys: dict[str, list[str]] = json.loads((widget_folder() / TEXTS).read_text("utf-8"))
    return keys
