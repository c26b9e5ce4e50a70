"""Time off in Easy!Appointments: blocked periods of all, and unavailabilities of one provider."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from booking.imports.tables import Row, is_true, moment_of, text_of
from booking.imports.values import one_line

LAST_MINUTE = time(23, 59)


def blocked_periods(
    rows: Sequence[Row], since: date
) -> tuple[list[tuple[date, date, str]], list[tuple[datetime, datetime]]]:
    """Whole days with their names, and other times, which are off for each provider."""
    days, times = [], []
    for row in rows:
        begins, ends = moment_of(row, "start_datetime"), moment_of(row, "end_datetime")
        if begins is None or ends is None or ends <= begins or ends.date() < since:
            continue
        if begins.time() == time.min and ends.time() >= LAST_MINUTE:
            days.append((begins.date(), ends.date(), one_line(text_of(row, "name"))))
        elif begins.time() == ends.time() == time.min:
            days.append((begins.date(), ends.date() - timedelta(days=1), one_line(text_of(row, "name"))))
        else:
            times.append((begins, ends))
    return days, times


def time_off_of(rows: Sequence[Row], provider: str, *, since: date) -> Iterator[tuple[datetime, datetime]]:
    """A provider's unavailabilities, which are rows among the appointments."""
    for row in rows:
        if text_of(row, "id_users_provider") != provider:
            continue
        # The column had another name until version 1.5.
        if not (is_true(row, "is_unavailability") or is_true(row, "is_unavailable")):
            continue
        begins, ends = moment_of(row, "start_datetime"), moment_of(row, "end_datetime")
        if begins and ends and begins < ends and ends.date() >= since:
            yield begins, ends
