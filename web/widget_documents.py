"""The documents that the widget sends, for servers that answer no others."""

import re
from pathlib import Path

CLIENT = Path(__file__).parents[1] / "widget" / "flow" / "client.js"
PART = re.compile(r"^(?:const |  )(\w+)(?: =|:) `(.*?)`((?: \+ [A-Z]+)*)[,;]$", re.MULTILINE | re.DOTALL)


def widget_documents() -> dict[str, str]:
    """By name, each with the fragments that it needs."""
    texts: dict[str, str] = {}
    for name, text, fragments in PART.findall(CLIENT.read_text("utf-8")):
        texts[name] = text + "".join(texts[fragment] for fragment in fragments.split(" + ")[1:])
    return {name: text for name, text in texts.items() if not name.isupper()}
