"""Values as TOML text, in the style of the sample file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import tomlkit

MAX_WIDTH = 110
INDENT = "    "


def toml_value(value: Any, *, room: int = MAX_WIDTH) -> str:
    """One line, but for texts with line breaks, and for lists of tables that are longer than `room`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = (f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, list):
        items = [toml_value(item) for item in value]
        line = f"[{', '.join(items)}]"
        if len(line) <= room or not any(isinstance(item, Mapping) for item in value):
            return line
        return "[\n" + "".join(f"{INDENT}{item},\n" for item in items) + "]"
    return str(value)


def _text(text: str) -> str:
    if "\n" not in text:
        return tomlkit.string(text).as_string()
    # The line break after the quotes is not part of the text.
    lines = [tomlkit.string(line).as_string()[1:-1] for line in text.split("\n")]
    return '"""\n' + "\n".join(lines) + '"""'


def toml_key(key: str) -> str:
    return tomlkit.key(key).as_string()
