"""Texts, plurals, dates, times, zones and prices in one language.

The words come from the language's file in `locales/`; weekdays, months, plural rules, zones and the
shape of prices come from Unicode's CLDR, which Babel brings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_name, parse_pattern
from babel.numbers import format_currency, format_decimal, get_currency_symbol

NO_BREAK = "\u00a0"
DAYS_BY_NAME = 6
"""So many days ahead, a weekday says which day is meant."""
NARROW_SYMBOLS = {"CAD": "$", "USD": "$", "AUD": "$", "EUR": "€", "GBP": "£"}
"""As the widget writes a currency; others are written with their code."""


@dataclass(frozen=True)
class Texts:
    """`texts("time.visit", n=2)`. `widget` are those of `texts` that a visitor's browser loads too, and
    `waiting_list` those that it loads only for the waiting list.

    `formats` are CLDR's date patterns; `zones` are abbreviations that CLDR has wrong. `today` is that of
    the reader, on the clinic's calendar; None where the year of each day is known.
    """

    language: str
    locale: Locale
    formats: Mapping[str, str]
    zones: Mapping[str, str]
    texts: Mapping[str, str]
    widget: Mapping[str, str]
    waiting_list: Mapping[str, str]
    today: date | None = None

    def __call__(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """The text for this number of things, by the language's plural rule."""
        form = f"{key}.{self.locale.plural_form(n)}"
        return self(form if form in self.texts else f"{key}.other", n=n, **values)

    def read_at(self, now: datetime, zone: ZoneInfo) -> "Texts":
        """The same for a reader at this time, on the calendar of the clinic's zone."""
        return replace(self, today=now.astimezone(zone).date())

    @property
    def name(self) -> str:
        """The language in its own words: `Français`."""
        name = Locale.parse(self.language, sep="-").get_display_name() or self.language
        return name[0].upper() + name[1:]

    def language_names(self, languages: Sequence[str]) -> str:
        """`English, French`; a language that CLDR has no word for stays its code."""
        words = self.locale.languages
        return ", ".join(words.get(each.replace("-", "_"), each) for each in languages)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as HTML's `dir` has it."""
        return self.locale.text_direction

    @property
    def tag(self) -> str:
        """The locale as browsers name it (BCP 47): `fr-CA`."""
        return str(self.locale).replace("_", "-")

    def label(self, name: str, value: str) -> str:
        """`When: Tuesday`."""
        return self("label", name=name, value=value)

    def weekday(self, weekday: int) -> str:
        """`Tuesday` for 1."""
        return str(self.locale.days["stand-alone"]["wide"][weekday])

    def short_weekday(self, weekday: int) -> str:
        """`Tue.` for 1."""
        return str(self.locale.days["stand-alone"]["abbreviated"][weekday])

    def leaf(self, day: date) -> tuple[str, str, str]:
        """`Tue.`, `24`, `Nov.`: a day as a leaf of a calendar has it."""
        month = self.locale.months["format"]["abbreviated"][day.month]
        return self.short_weekday(day.weekday()), str(day.day), str(month)

    def day(self, day: date) -> str:
        """`Tuesday, November 24`; with the year where that is not today's, as in the widget."""
        pattern = "firstOfMonth" if day.day == 1 else "day"
        is_of_today = self.today is None or self.today.year == day.year
        return self._format(pattern if is_of_today else f"{pattern}.year", day)

    def clock(self, at: datetime, *, zoned: bool | None = None) -> str:
        """`9:15 a.m.` where its zone is; with the zone if that comes twice, unless `zoned` says otherwise."""
        zoned = _is_ambiguous(at) if zoned is None else zoned
        clock = self._format("clock" if at.minute else "wholeClock", at)
        return f"{clock}{NO_BREAK}{self.zone(at)}" if zoned else clock

    def short_clock(self, at: datetime) -> str:
        """`9:15`, in a list that goes through the day; with the zone if that comes twice."""
        clock = self._format("shortClock", at)
        return f"{clock}{NO_BREAK}{self.zone(at)}" if _is_ambiguous(at) else clock

    def hour(self, at: datetime) -> str:
        """`9 a.m.`; with the zone if that comes twice."""
        hour = self._format("hour", at)
        return f"{hour}{NO_BREAK}{self.zone(at)}" if _is_ambiguous(at) else hour

    def month(self, day: date) -> str:
        """`November 2026`."""
        return self._format("month", day)

    def day_and_time(self, at: datetime) -> str:
        """`Tuesday, November 24, 9:15 a.m.` where its zone is; with the zone if that comes twice."""
        return self("dayAndTime", day=self.day(at), time=self.clock(at))

    def soon(self, at: datetime, *, today: date, zoned: bool = False) -> str:
        """`today 1:00 p.m.`, `Fri 8:30 a.m.`, or `Dec 14`; `zoned`, `Fri 8:30 a.m. EST` of today too."""
        days = (at.date() - today).days
        if days > DAYS_BY_NAME:
            return self._format("shortDay", at)
        time = self.clock(at, zoned=zoned or None)
        if zoned or days > 1:
            return self("soon.day", day=self.short_weekday(at.weekday()), time=time)
        return self("soon.tomorrow" if days else "soon.today", time=time)

    def span(self, start: datetime, end: datetime) -> str:
        """`9:15 a.m. to 10:00 a.m. EST`; both times of one zone."""
        clocks_change = start.utcoffset() != end.utcoffset()
        return self(
            "clock.span", start=self.clock(start, zoned=clocks_change), end=self.clock(end, zoned=True)
        )

    def zone(self, at: datetime) -> str:
        """`EST`. Only zones of North America have abbreviations that differ by language."""
        name = at.tzname() or ""
        if name.startswith(("+", "-")):
            return f"UTC{name}"
        # China's CST is not Winnipeg's.
        if not (isinstance(at.tzinfo, ZoneInfo) and at.tzinfo.key.startswith(("America/", "Canada/"))):
            return name
        # CLDR names a zone by a law that may be older than the zone's own data.
        english = get_timezone_name(at, "short", locale="en_US")
        if english.isupper() and english != name:
            return name
        translated = self.zones.get(name) or get_timezone_name(at, "short", locale=self.locale)
        return translated if translated.isupper() else name

    def zone_note(self, *moments: datetime) -> str:
        """`Times are in Toronto time (EST).`; `(EDT / EST)` of moments between which the clocks change."""
        city = str(moments[0].tzinfo).rpartition("/")[2].replace("_", " ")
        names = dict.fromkeys(self.zone(at) for at in moments)
        return self("time.zone", city=city, zone=" / ".join(names))

    def opening_time(self, minutes: int) -> str:
        """`7:00 a.m.` from minutes after midnight, as opening hours are written."""
        hour, minute = divmod(minutes, 60)
        pattern = "openingHour" if minute == 0 else "opening"
        return self._format(f"{pattern}.{'am' if hour % 24 < 12 else 'pm'}", time(hour % 24, minute))

    def price(self, amount: str, currency: str) -> str:
        """`$110`, `$112.50`; `112,50 $`."""
        exact = Decimal(amount)
        pattern = self.locale.currency_formats["standard"].pattern
        if exact == exact.to_integral_value():
            pattern = pattern.replace(".00", "")
        symbol = NARROW_SYMBOLS.get(currency)
        if symbol is None:
            symbol = currency
            pattern = pattern.replace("¤#", f"¤{NO_BREAK}#")
        price = format_currency(exact, currency, pattern, self.locale, currency_digits=False)
        return price.replace(get_currency_symbol(currency, self.locale), symbol)

    def cost(self, amount: Decimal, currency: str) -> str:
        """`0.0079 USD`, `0,0079 USD`: to the last digit, since a symbol may be that of two currencies."""
        number = format_decimal(amount, locale=self.locale, decimal_quantization=False)
        return f"{number}{NO_BREAK}{currency}"

    def _format(self, name: str, at: date | time) -> str:
        return parse_pattern(self.formats[name]).apply(at, self.locale)


def _is_ambiguous(at: datetime) -> bool:
    """Whether the clock reads this time twice, because clocks go back."""
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
