"""Times of an agenda as its pages write them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from booking.i18n.texts import Texts

MINUTE = timedelta(minutes=1)


class AgendaClock:
    """Writes each instant once: a day has hundreds of visits and some dozens of times."""

    def __init__(self, texts: Texts, zone: ZoneInfo) -> None:
        self._texts = texts
        self.zone = zone
        self._written: dict[datetime, Markup] = {}

    def __call__(self, instant: datetime) -> Markup:
        """`<time datetime="2026-11-25T10:30-05:00">10:30</time>`."""
        written = self._written.get(instant)
        if written is None:
            local = instant.astimezone(self.zone)
            # Unicode's patterns make the text, nobody's input; escaped all the same.
            written = Markup('<time datetime="{}">{}</time>').format(
                local.isoformat(timespec="minutes"), self._texts.short_clock(local)
            )
            self._written[instant] = written
        return written

    def hour(self, instant: datetime) -> str:
        return self._texts.hour(instant.astimezone(self.zone))

    def length(self, starts_at: datetime, ends_at: datetime) -> str:
        """`45 min`, `2 h`, `2 h 15 min`."""
        return length(self._texts, (ends_at - starts_at) // MINUTE)


def length(texts: Texts, minutes: int) -> str:
    """`45 min`, `2 h`, `2 h 15 min`."""
    hours, minutes = divmod(minutes, 60)
    if hours and minutes:
        return texts("desk.day.hoursAndMinutes", h=hours, n=minutes)
    return texts("desk.day.hours", h=hours) if hours else texts("desk.day.minutes", n=minutes)


def seconds(instant: datetime) -> int:
    """Unix time, as the modules reckon."""
    return int(instant.timestamp())
