"""A TOML text as tables of keys, with the comments and blank lines between them, to be edited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.items import Item

from booking.catalogue.clinic_file.export.toml_text import MAX_WIDTH, toml_key, toml_value
from booking.catalogue.clinic_file.parsing.positions import Path, statements


@dataclass
class Entry:
    """The lines of a key with its value; of None: a comment or a blank line."""

    key: str | None
    text: str


@dataclass(eq=False)
class Block:
    """A table with its header, as `[policy]` or `[[services]]`; the keys above all tables have none.

    `lead` is the comment above it: the lines after a blank one, or right above where there is no blank one.
    """

    path: Path
    lead: str = ""
    header: str = ""
    entries: list[Entry] = field(default_factory=list)

    def has(self, key: str) -> bool:
        return any(entry.key == key for entry in self.entries)

    def put(self, key: str, value: Any, order: Sequence[str], *, comment: str = "") -> None:
        """Give the key this value, and keep the comment behind it.

        A new key gets its place in the `order`, and `comment`.
        """
        for number, entry in enumerate(self.entries):
            if entry.key == key:
                self.entries[number] = Entry(key, _with_value(entry, key, value))
                former = self.entries[number + 1 :]  # A text by language may be written in several lines.
                self.entries[number + 1 :] = [other for other in former if other.key != key]
                return
        before = {*order[: order.index(key)]}
        places = [number for number, entry in enumerate(self.entries) if entry.key is not None]
        place = max((number + 1 for number in places if self.entries[number].key in before), default=None)
        if place is None:
            place = places[0] if places else len(self.entries)
        self.entries.insert(place, Entry(key, key_line(key, value, comment)))

    def remove(self, key: str) -> None:
        self.entries = [entry for entry in self.entries if entry.key != key]

    @property
    def text(self) -> str:
        return self.lead + self.header + "".join(entry.text for entry in self.entries)


@dataclass
class Document:
    """Blocks in the order of the text; `tail` is what stands behind the last of them, after a blank line."""

    blocks: list[Block]
    tail: str = ""

    @property
    def text(self) -> str:
        return "".join(block.text for block in self.blocks) + self.tail

    def under(self, path: Path) -> list[Block]:
        """The table at the path, and those within it."""
        return [block for block in self.blocks if block.path[: len(path)] == path]

    def at(self, path: Path) -> Block | None:
        return next((block for block in self.blocks if block.path == path), None)

    def remove(self, gone: Sequence[Block]) -> None:
        """Comments above a table that goes stay where they are: they may be about what follows."""
        for block in gone:
            place = self.blocks.index(block)
            self.blocks.remove(block)
            if place < len(self.blocks):
                self.blocks[place].lead = joined(block.lead, self.blocks[place].lead)
            elif block.lead.strip():
                self.tail = joined(block.lead, self.tail)

    def insert(self, new: Sequence[Block], after: Block) -> None:
        place = self.blocks.index(after) + 1
        self.blocks[place:place] = new

    def move(self, blocks: Sequence[Block], after: Block) -> None:
        """Put blocks, new ones too, in this order behind another."""
        self.blocks = [block for block in self.blocks if block not in blocks]
        self.insert(blocks, after)


def joined(above: str, below: str) -> str:
    """Two leads as one, with a blank line between comments."""
    if above.strip():
        return above.rstrip("\n") + "\n" + (below or "\n")
    return below if below.strip() else max(above, below)


def parse_document(text: str) -> Document:
    """A TOML text without a mistake, which gets a line break at its end if it has none."""
    blocks, loose = [Block(())], ""
    lines = _lines(text)
    for statement in statements(text.removesuffix("\n")):
        piece = "".join(lines[statement.first - 1 : statement.last])
        if statement.key is None:
            loose += piece
        elif statement.is_header:
            attached, lead = _parted(loose)
            blocks[-1].entries += _comments(attached)
            blocks.append(Block(statement.table, lead, piece))
            loose = ""
        else:
            blocks[-1].entries += [*_comments(loose), Entry(statement.key, piece)]
            loose = ""
    attached, tail = _parted(loose)
    blocks[-1].entries += _comments(attached)
    return Document(blocks, tail)


def _lines(text: str) -> list[str]:
    """Each with its line break. No other character that `splitlines` knows ends a line of TOML."""
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []


def _comments(text: str) -> Iterator[Entry]:
    yield from (Entry(None, line) for line in _lines(text))


def _parted(loose: str) -> tuple[str, str]:
    """Comments right below a key belong to it; from the first blank line on, to what follows."""
    lines = _lines(loose)
    blank = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return "".join(lines[:blank]), "".join(lines[blank:])


def key_line(key: str, value: Any, comment: str = "") -> str:
    behind = f"   # {comment}" if comment else ""
    return f"{toml_key(key)} = {toml_value(value, room=MAX_WIDTH - len(key) - 3)}{behind}\n"


def _with_value(entry: Entry, key: str, value: Any) -> str:
    item = tomlkit.parse(entry.text).item(key)
    line, comment = key_line(key, value), item.trivia.comment if isinstance(item, Item) else ""
    indent = entry.text[: len(entry.text) - len(entry.text.lstrip())]
    if not comment:
        return indent + line
    line = indent + line.rstrip("\n")
    if "\n" not in line:  # The comments of the lines around stand in the same column.
        line = line.ljust(_lines(entry.text)[-1].rfind(comment) - 1)
    return f"{line} {comment}\n"
