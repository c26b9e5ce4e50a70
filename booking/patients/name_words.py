"""The words of a person's name, as they are compared: without case, accents and punctuation."""

import unicodedata
from collections.abc import Collection

INDEXED_LENGTHS = (2, 3, 4, 6, 8, 11)
"""Letters of the beginnings that are indexed: who types five finds those of four, to compare the names."""
MAX_WORDS = 12
"""Of one name; a longer one is found by the first of them."""
LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def name_words(name: str) -> list[str]:
    """Each word once, in order; a name with a hyphen or an apostrophe is two words: `o`, `brien`.

    Two names with the same words, in any order, are taken for the same.
    """
    return list(dict.fromkeys(word for part in name.split() for word in _split(part)))


def begins_with_words(name: str, typed: Collection[str]) -> bool:
    """Whether each typed word is the beginning of a word of the name."""
    words = _searched_words(name)
    return all(any(word.startswith(each) for word in words) for each in typed)


def indexed_beginnings(name: str) -> set[str]:
    """Of the words by which a name is found."""
    return {each for word in _searched_words(name)[:MAX_WORDS] for each in beginnings_of_word(word)}


def beginnings_of_word(word: str) -> list[str]:
    """Those that are indexed, the longest first; none of a single letter such as an initial.

    In a script such as Chinese, one character may be a whole name.
    """
    lengths = INDEXED_LENGTHS if unicodedata.category(word[0]) != "Lo" else (1, *INDEXED_LENGTHS)
    return [word[:length] for length in reversed(lengths) if length <= len(word)]


def _searched_words(name: str) -> list[str]:
    """Also `obrien` for O'Brien, and `annemarie` for Anne-Marie."""
    parts = [_split(part) for part in name.split()]
    joined = ["".join(words) for words in parts if len(words) > 1]
    return list(dict.fromkeys([*(word for words in parts for word in words), *joined]))


def _split(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    plain = "".join(kept).translate(LETTERS_WITHOUT_DECOMPOSITION)
    return "".join(char if _is_part_of_word(char) else " " for char in plain).split()


def _is_part_of_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"
