"""The language that a reader gets, by their preferences (RFC 9110, Accept-Language)."""

from collections.abc import Sequence


def preferred_language(header: str, offered: Sequence[str]) -> str:
    """The offered language that the header prefers; the first one if the header names none of them.

    `fr-CA` matches `fr`, and `fr` matches `fr-CA`; a language of weight 0 is excluded.
    """
    ranges: list[tuple[float, str]] = []
    for part in header.lower().split(","):
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        try:
            weight = float(parameter.removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag and 0 <= weight <= 1:
            ranges.append((weight, tag))
    excluded = {tag for weight, tag in ranges if not weight}
    acceptable = [language for language in offered if language.lower() not in excluded] or offered
    for weight, tag in sorted(ranges, key=lambda item: -item[0]):
        matches = [language for language in acceptable if weight and _matches(tag, language.lower())]
        if matches:
            return next((language for language in matches if language.lower() == tag), matches[0])
    return acceptable[0]


def _matches(tag: str, language: str) -> bool:
    return tag == "*" or f"{tag}-".startswith(f"{language}-") or f"{language}-".startswith(f"{tag}-")
