"""Texts by language."""

Translations = dict[str, str]
"""A text by language: `{"en": "Dry needling", "fr": "..."}`; never empty."""

Faq = list[dict[str, Translations]]
"""What people ask, each a `question` with its `answer`."""


def in_language(words: Translations, language: str) -> str:
    """The text in this language, or in the clinic's own."""
    return words.get(language) or next(iter(words.values()))
