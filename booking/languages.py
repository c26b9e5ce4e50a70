"""Which of the languages on offer a reader likes best (RFC 9110, Accept-Language)."""

from collections.abc import Sequence


def preferred(header: str, offered: Sequence[str]) -> str:
    """The offered language that the header likes best; the first one if it says nothing of use.

    `fr-CA` is content with `fr`, and `fr` with `fr-CA`.
    """
    wanted: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1) if parameter else 1.0
        except ValueError:
            continue
        if tag.strip() and 0 < weight <= 1:
            wanted.append((weight, tag.strip().lower()))
    for _, tag in sorted(wanted, key=lambda item: -item[0]):
        if tag == "*":
            return offered[0]
        for language in offered:
            have = language.lower()
            if have == tag or have == tag.partition("-")[0] or have.partition("-")[0] == tag:
                return language
    return offered[0]
