"""Which of the languages on offer a reader likes best (RFC 9110, Accept-Language)."""

from collections.abc import Sequence


def preferred_language(header: str, offered: Sequence[str]) -> str:
    """The offered language that the header likes best; the first one if it says nothing of use.

    `fr-CA` is content with `fr`, and `fr` with `fr-CA`; a language of weight 0 is not wanted at all.
    """
    wanted: list[tuple[float, str]] = []
    for part in header.lower().split(","):
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        try:
            weight = float(parameter.removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag and 0 <= weight <= 1:
            wanted.append((weight, tag))
    refused = {tag for weight, tag in wanted if not weight}
    welcome = [language for language in offered if language.lower() not in refused] or offered
    for weight, tag in sorted(wanted, key=lambda item: -item[0]):
        fitting = [language for language in welcome if weight and _matches(tag, language.lower())]
        if fitting:
            return next((language for language in fitting if language.lower() == tag), fitting[0])
    return welcome[0]


def _matches(tag: str, language: str) -> bool:
    return tag == "*" or f"{tag}-".startswith(f"{language}-") or f"{language}-".startswith(f"{tag}-")
