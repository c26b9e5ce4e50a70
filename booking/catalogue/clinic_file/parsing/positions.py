"""The statements of a TOML text and their lines, which tomllib doesn't tell."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[int | str, ...]


@dataclass(frozen=True)
class Statement:
    """The lines from `first` to `last`, counted from 1, and what they say alone: nothing, if a comment.

    `table` is where a key belongs, or what a header begins.
    """

    first: int
    last: int
    table: Path
    is_header: bool
    content: Mapping[str, Any]

    @property
    def key(self) -> str | None:
        """None for a comment or a blank line."""
        return next(iter(self.content), None)


def statements(text: str) -> Iterator[Statement]:
    """`text` is TOML without a mistake."""
    counts: dict[Path, int] = {}
    table: Path = ()
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(line.removesuffix("\r"))
        try:
            content = tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError:
            continue  # a value of several lines
        first, lines = number - len(lines) + 1, []
        is_header = bool(content) and first == number and _is_header(line)
        if is_header:
            table = _table_path(content, counts)
        yield Statement(first, number, table, is_header, content)


def line_numbers(text: str) -> Mapping[Path, int]:
    """The line on which each key, table and item of a table array starts, counted from 1.

    `text` is TOML without a mistake. Keys inside a value are on the line of the key that they belong to.
    """
    lines: dict[Path, int] = {}
    for statement in statements(text):
        path = statement.table
        if statement.is_header:
            lines.setdefault(path, statement.first)
        value: Any = {} if statement.is_header else statement.content
        while isinstance(value, dict) and len(value) == 1:  # dotted keys, and a table in a line
            key, value = next(iter(value.items()))
            path = (*path, key)
            lines.setdefault(path, statement.first)
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
