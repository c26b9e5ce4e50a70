"""What an import could not take over as it was, for who reads the result."""

from collections.abc import Iterator


class Notes:
    """Sentences, each with the things that it is about, in the order in which they came up."""

    def __init__(self) -> None:
        self._items: dict[str, list[str]] = {}

    def add(self, sentence: str, *items: str) -> None:
        """Add things to a sentence, which is told once: `add("left out, ...", "Massage")`."""
        known = self._items.setdefault(sentence, [])
        known += [item for item in items if item not in known]

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        yield from self._items.items()

    @property
    def lines(self) -> list[str]:
        """A line for each sentence, and an indented one for each of its things."""
        return [
            line
            for sentence, items in self
            for line in (f"- {sentence}{':' if items else ''}", *(f"    {item}" for item in items))
        ]
