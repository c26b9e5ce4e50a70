"""The line of each key of a TOML text, which tomllib doesn't tell."""

import tomllib
from collections.abc import Mapping
from typing import Any

Path = tuple[int | str, ...]


def line_numbers(text: str) -> Mapping[Path, int]:
    """The line on which each key, table and item of a table array starts, counted from 1.

    `text` is TOML without a mistake. Keys inside a value are on the line of the key that they belong to.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    statement: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        if not statement:
            start = number
        statement.append(line.removesuffix("\r"))
        try:
            content: Any = tomllib.loads("\n".join(statement))
        except tomllib.TOMLDecodeError:
            continue  # a value of several lines
        statement = []
        if not content:
            continue  # a comment, or nothing
        if _is_header(line) and start == number:
            table = _table_path(content, counts)
            lines.setdefault(table, start)
        else:
            path, value = table, content
            while isinstance(value, dict) and len(value) == 1:  # dotted keys, and a table in a line
                key, value = next(iter(value.items()))
                path = (*path, key)
                lines.setdefault(path, start)
    return lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of the place, or of the nearest one around it; None for the whole file."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _is_header(line: str) -> bool:
    return line.lstrip().startswith("[")


def _table_path(content: dict[str, Any], counts: dict[Path, int]) -> Path:
    """The path of a header's table; a header of a table array begins its next item."""
    path: Path = ()
    value: Any = content
    while value:
        key, value = next(iter(value.items()))
        path = (*path, key)
        if isinstance(value, list):
            counts[path] = counts.get(path, 0) + 1
            return (*path, counts[path] - 1)
        if path in counts:
            path = (*path, counts[path] - 1)
    return path
