"""Texts by language."""

Translations = dict[str, str]
"""A text by language: `{"en": "Dry needling", "fr": "..."}`; never empty."""

Faq = list[dict[str, Translations]]
"""Frequent questions, each a `question` with its `answer`."""


def in_language(translations: Translations, language: str) -> str:
    """The text in this language, or in the clinic's own."""
    return translations.get(language) or next(iter(translations.values()))
