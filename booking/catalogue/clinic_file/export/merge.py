"""Edits the text of a clinic's file where it says something else than it should, and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, get_args

from booking.catalogue.clinic_file.export.content import Content, FileContent
from booking.catalogue.clinic_file.export.document import (
    Block,
    Document,
    Entry,
    joined,
    key_line,
    parse_document,
)
from booking.catalogue.clinic_file.export.toml_text import toml_key
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.offers import OfferSection
from booking.catalogue.clinic_file.model.practitioners import WorkingHoursSection
from booking.catalogue.clinic_file.model.section import Section
from booking.catalogue.clinic_file.parsing.positions import Path

HEADED = ("locations", "closures", "resources", "screening", "services", "practitioners", "hours")
"""Lists whose items get a header each; those of other lists stand in one line."""
UNORDERED = ("closures", "hours", "special_hours", "extra_hours", "certifications", "time_off")
NAMES = (("slug",), ("kind",), ("date", "location"), ("location", "from", "until", "every"), ("location",))
"""The keys that tell an item of a list, best first. One that has none is another once anything differs."""


def merge(text: str, said: Content, wanted: FileContent) -> str:
    """The text, changed from what it says to what is wanted. Keys that the model doesn't know stay."""
    merger = _Merger(parse_document(text))
    merger.merge_table((), ClinicFile, said, wanted.explicit, wanted.shortest)
    return merger.document.text


@dataclass
class _Merger:
    document: Document

    def merge_table(
        self, path: Path, kind: type[Section], said: Content, explicit: Content, shortest: Content
    ) -> None:
        block = self.document.at(path)
        order = _keys(kind)
        if kind is WorkingHoursSection and block and said.get("week") != explicit.get("week"):
            block.remove("breaks")  # They are gaps in the week of the database.
        for key in order:
            before, now = said.get(key), explicit.get(key)
            inner, tables = _section_of(kind, key), self.document.under((*path, key))
            if tables and inner and isinstance(now, dict):
                self.merge_table((*path, key), inner, before or {}, now, shortest.get(key, {}))
            elif tables and inner and _are_tables(now) and _are_tables(before or []):
                self._merge_array((*path, key), inner, before or [], now, shortest.get(key, []))
            elif block and block.has(key):
                if before != now and now is None:
                    block.remove(key)
                elif before != now:
                    block.put(key, shortest.get(key, now), order)
            elif not tables or before != now:
                self.document.remove(tables)
                if key in shortest:
                    self._add(path, kind, key, shortest[key])

    def _add(self, path: Path, kind: type[Section], key: str, value: Any) -> None:
        """A key that is not written yet: as tables of their own, or as a line of this one."""
        if inner := _headed(kind, key):
            blocks = [
                block
                for number, item in enumerate(value)
                for block in _new_blocks((*path, key, number), inner, item)
            ]
        elif (inner := _section_of(kind, key)) and isinstance(value, dict):
            blocks = _new_blocks((*path, key), inner, value)
        else:
            block = self.document.at(path)
            if block is None:  # as of `clinic`, where only [clinic.name] is written
                block = Block(path, "\n", _header(path))
                self.document.insert([block], after=self.document.under(path)[-1])
            block.put(key, value, _keys(kind))
            return
        self.document.insert(blocks, after=self._last_before(path, key, _keys(kind)))

    def _last_before(self, path: Path, key: str, order: Sequence[str]) -> Block:
        """The last table of the keys that stand before this one."""
        for earlier in reversed(order[: order.index(key)]):
            if tables := self.document.under((*path, earlier)):
                return tables[-1]
        return self.document.at(path) or self.document.under(path)[-1]

    def _merge_array(
        self,
        path: Path,
        kind: type[Section],
        said: Sequence[Content],
        explicit: Sequence[Content],
        shortest: Sequence[Content],
    ) -> None:
        """Items that were there keep their text. Of some that are written, `said` may have nothing."""
        count = self._count(path)
        numbers = _matches(said if len(said) == count else [], explicit)
        order = list(range(len(explicit)))
        if path[-1] in UNORDERED:
            order.sort(key=lambda n: count if (number := numbers[n]) is None else number)
        moved = [numbers[n] for n in order] != list(range(count))
        first = self.document.under((*path, 0))[0]
        anchor = self.document.blocks[self.document.blocks.index(first) - 1]
        heading = first.lead  # may be about the whole list
        if moved and order:
            first.lead = "\n"
        for number in {*range(count)}.difference(numbers):
            self.document.remove(self.document.under((*path, number)))
        groups = []
        for n in order:
            match = numbers[n]
            if match is None:
                groups.append(_new_blocks((*path, count + n), kind, shortest[n]))
            else:
                self.merge_table((*path, match), kind, said[match], explicit[n], shortest[n])
                groups.append(self.document.under((*path, match)))
        if moved and groups:
            self.document.move([block for group in groups for block in group], after=anchor)
            groups[0][0].lead = joined(heading, groups[0][0].lead)

    def _count(self, path: Path) -> int:
        numbers = [block.path[len(path)] for block in self.document.under(path)]
        return 1 + max(number for number in numbers if isinstance(number, int))


def _matches(said: Sequence[Content], wanted: Sequence[Content]) -> list[int | None]:
    """For each wanted item the number of the one that was said before; None for a new one."""
    left = dict(enumerate(said))
    matches: list[int | None] = [None] * len(wanted)
    # Hours at a place are those of the same days, or else of others.
    for keys in (*NAMES, ()):
        for index, item in enumerate(wanted):
            name = _name(item, keys)
            if matches[index] is None and name is not None:
                matches[index] = next((n for n, other in left.items() if _name(other, keys) == name), None)
                left.pop(matches[index], None)  # type: ignore[arg-type]
    return matches


def _name(item: Content, keys: Sequence[str]) -> Any:
    """The item by these keys, None if it hasn't the first; without keys it is all that it says."""
    if not keys:
        return item
    return [item.get(key) for key in keys] if keys[0] in item else None


def _new_blocks(path: Path, kind: type[Section], content: Content) -> list[Block]:
    headed = {key: inner for key in content if (inner := _headed(kind, key))}
    entries = [Entry(key, key_line(key, value)) for key, value in content.items() if key not in headed]
    blocks = [Block(path, "\n", _header(path), entries)]
    for key, inner in headed.items():
        for number, item in enumerate(content[key]):
            blocks += _new_blocks((*path, key, number), inner, item)
    return blocks


def _headed(kind: type[Section], key: str) -> type[Section] | None:
    """The section of the list's items, if each gets a header."""
    inner = _section_of(kind, key) if key in HEADED else None
    return None if inner is OfferSection else inner


def _are_tables(value: Any) -> TypeGuard[list[Content]]:
    """Whether it is a list of tables alone: a service that is offered may be said by its slug."""
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _header(path: Path) -> str:
    name = ".".join(toml_key(step) for step in path if isinstance(step, str))
    return f"[[{name}]]\n" if isinstance(path[-1], int) else f"[{name}]\n"


def _keys(kind: type[Section]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items()]


def _section_of(kind: type[Section], key: str) -> type[Section] | None:
    """The section that a key of this one holds, itself or in a list."""
    field = next(field for name, field in kind.model_fields.items() if key == (field.alias or name))
    kinds = (field.annotation, *get_args(field.annotation))
    return next((each for each in kinds if isinstance(each, type) and issubclass(each, Section)), None)
