"""What the plain pages say in one language: the widget's own texts, a few more, and times and prices."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from booking.notifications.voice import Voice, voice_for

FOLDER = Path(__file__).parent
WIDGETS_OWN = FOLDER.parents[1] / "widget" / "strings"
SIGNS = {"CAD": "$", "USD": "$", "AUD": "$", "EUR": "€", "GBP": "£"}
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Texts:
    """`say("time.visit", n=2)`; `voice` knows the names of days."""

    language: str
    texts: Mapping[str, str]
    voice: Voice

    def __call__(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values)

    def count(self, key: str, n: int) -> str:
        # In French, nothing is singular too.
        one = n == 1 or (n == 0 and self.language == "fr")
        return self(f"{key}.one" if one else f"{key}.other", n=n)

    def day(self, day: date) -> str:
        """`Tuesday, November 24`."""
        return self.voice.day(day)

    def clock(self, at: datetime) -> str:
        """`9:15 a.m.` where its zone is; with the zone when clocks go back and this hour comes twice."""
        return self.voice.clock(at)

    def time(self, at: datetime) -> str:
        """`Tuesday, November 24, 9:15 a.m.`."""
        return self("dayAndTime", day=self.day(at), time=self.clock(at))

    def zone_note(self, at: datetime) -> str:
        """Whose clock it is that times are on."""
        city = str(at.tzinfo).rpartition("/")[2].replace("_", " ")
        return self("time.zone", city=city, zone=self.voice.zone(at))

    def price(self, amount: str, currency: str) -> str:
        """`$110`, `$112.50`; `112,50 $`."""
        exact = Decimal(amount)
        number = f"{exact:.0f}" if exact == exact.to_integral_value() else f"{exact:.2f}"
        sign = SIGNS.get(currency)
        if self.language == "fr":
            return f"{number.replace('.', ',')}{NO_BREAK}{sign or currency}"
        return f"{sign}{number}" if sign else f"{currency}{NO_BREAK}{number}"


@cache
def texts_in(language: str) -> Texts:
    """In a language of the widget."""
    texts = {
        key: text
        for folder in (WIDGETS_OWN, FOLDER)
        for key, text in json.loads((folder / f"{language}.json").read_text("utf-8")).items()
    }
    return Texts(language, texts, voice_for(language))
