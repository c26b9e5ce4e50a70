"""Segments: how a text is encoded for phones, and how many messages it is for the carrier.

3GPP TS 23.038 has the alphabet, TS 23.040 the header that takes 7 characters of each part.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet: a septet each."""
EXTENDED = frozenset("^{}\\[~]|€\f")
"""Behind an escape: two septets each."""
PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...", "‑": "-"}
)


class SmsEncoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True)
class Segments:
    """`units` are septets of GSM-7, or code units of UTF-16."""

    encoding: SmsEncoding
    units: int
    count: int


def segments_of(text: str) -> Segments:
    """As a carrier counts it: 160 septets or 70 code units in one part, 153 or 67 in each of several.

    No character is cut in two, so that a part may have one unit less. An empty text is one part.
    """
    is_gsm = all(char in BASIC or char in EXTENDED for char in text)
    encoding = SmsEncoding.GSM_7 if is_gsm else SmsEncoding.UCS_2
    alone, each = (160, 153) if is_gsm else (70, 67)
    widths = [1 + (char in EXTENDED if is_gsm else ord(char) > 0xFFFF) for char in text]
    units = sum(widths)
    return Segments(encoding, units, 1 if units <= alone else _parts(widths, each))


def _parts(widths: Sequence[int], capacity: int) -> int:
    parts, room = 1, capacity
    for width in widths:
        if width > room:
            parts, room = parts + 1, capacity
        room -= width
    return parts


def in_gsm_7(text: str) -> str:
    """The text without the accents and the punctuation that GSM-7 lacks: `ê` becomes `e`, and `é` stays.

    One such character would make all of the text UCS-2, and more than twice as dear. A text with a letter
    of another alphabet stays as it is.
    """
    composed = unicodedata.normalize("NFC", text).translate(PUNCTUATION)
    written = "".join(_in_gsm_7(char) for char in composed)
    return written if segments_of(written).encoding is SmsEncoding.GSM_7 else text


def _in_gsm_7(char: str) -> str:
    if char in BASIC or char in EXTENDED:
        return char
    if char.isspace():
        return " "  # Among them the spaces that keep words together.
    decomposed = unicodedata.normalize("NFKD", char)
    return "".join(part for part in decomposed if not unicodedata.combining(part)) or char
