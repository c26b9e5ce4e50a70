"""Segments: as a carrier counts them, by the rules of GSM-7 and UTF-16."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.sms.segments import BASIC, EXTENDED, Segments, SmsEncoding, in_gsm_7, segments_of

GSM, UCS = SmsEncoding.GSM_7, SmsEncoding.UCS_2
CHARACTERS = st.sampled_from(sorted(BASIC | EXTENDED))


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", Segments(GSM, 0, 1)),
        ("a" * 160, Segments(GSM, 160, 1)),
        ("a" * 161, Segments(GSM, 161, 2)),
        ("a" * 306, Segments(GSM, 306, 2)),
        ("a" * 307, Segments(GSM, 307, 3)),
        ("€" * 80, Segments(GSM, 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Segments(GSM, 306, 3)),  # No part ends within an escape.
        ("ê" * 70, Segments(UCS, 70, 1)),
        ("ê" * 71, Segments(UCS, 71, 2)),
        ("ê" * 135, Segments(UCS, 135, 3)),
        ("😀" * 35, Segments(UCS, 70, 1)),
        ("ê" * 66 + "😀" + "ê" * 66, Segments(UCS, 134, 3)),
    ],
)
def test_the_borders(text: str, segments: Segments) -> None:
    assert segments_of(text) == segments


@given(st.text(CHARACTERS, max_size=700))
def test_gsm_7_is_cut_into_parts_as_long_as_possible(text: str) -> None:
    """The model: the regular expression takes as much as fits into each part, and never half an escape."""
    units = re.sub(f"([{re.escape(''.join(EXTENDED))}])", "\x1b\\1", text)
    whole = "(?:\x1b[^\x1b]|[^\x1b])"
    parts = []
    rest = re.findall(whole, units, re.DOTALL)
    while rest:
        part = ""
        while rest and len(part) + len(rest[0]) <= 153:
            part += rest.pop(0)
        parts.append(part)

    assert segments_of(text) == Segments(GSM, len(units), 1 if len(units) <= 160 else len(parts))


@given(st.text(max_size=300))
def test_any_text_has_the_units_that_its_encoding_says(text: str) -> None:
    counted = segments_of(text)

    if counted.encoding is UCS:
        assert counted.units == len(text.encode("utf-16-be", "surrogatepass")) // 2
        assert (counted.units - 1) // 67 <= counted.count <= counted.units // 66 + 1
        assert (counted.count == 1) == (counted.units <= 70)
    else:
        assert set(text) <= BASIC | EXTENDED


@given(st.text(max_size=200))
def test_a_text_becomes_gsm_7_whole_or_not_at_all(text: str) -> None:
    written = in_gsm_7(text)

    assert segments_of(written).encoding is GSM or written == text
    assert in_gsm_7(written) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Rappel : Forêt, août, leçon, Noël", "Rappel : Foret, aout, lecon, Noel"),
        ("été, à, où, Ça", "été, à, où, Ça"),
        ("9:00\N{NO-BREAK SPACE}a.m. – l’heure…", "9:00 a.m. - l'heure..."),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("ł", "ł"),
        ("Привет, août", "Привет, août"),
    ],
)
def test_french_loses_the_accents_that_phones_lack(text: str, written: str) -> None:
    assert in_gsm_7(text) == written
