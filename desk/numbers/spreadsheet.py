"""The numbers as a file for spreadsheets: CSV (RFC 4180), in UTF-8 with the mark by which they know it."""

import csv
import io
from collections.abc import Sequence

from booking.agenda.figures import Figures, Fill
from booking.agenda.numbers import Numbers
from booking.i18n.texts import Texts
from booking.storage.models.appointments import AppointmentStatus
from desk.numbers.lines import groups_of

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins so for a formula, or skips the sign and then does.

https://owasp.org/www-community/attacks/CSV_Injection
"""
COLUMNS = ("kind", "name", "visits")
SHARES = ("noshowPercent", "leadDays", "bookedMinutes", "workingMinutes", "fillPercent")

Cell = str | int | None


def numbers_file(numbers: Numbers, texts: Texts) -> bytes:
    """A line for all together, then one for each practitioner, service and source."""
    statuses = [texts(f"desk.day.status.{status}") for status in AppointmentStatus]
    rows: list[Sequence[Cell]] = [
        [
            *(texts(f"desk.numbers.column.{column}") for column in COLUMNS),
            *statuses,
            *(texts(f"desk.numbers.column.{column}") for column in SHARES),
        ],
        [texts("desk.numbers.all"), None, *_cells(numbers.total, numbers.fill)],
    ]
    for group in groups_of(numbers, texts):
        kind = texts(f"desk.numbers.column.{group.kind}")
        rows += [[kind, line.name, *_cells(line.figures, line.fill)] for line in group.lines]
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """Text that is no formula: an apostrophe in front says so."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _cells(figures: Figures, fill: Fill | None) -> Sequence[Cell]:
    return [
        figures.visits,
        *(figures.statuses.get(status, 0) for status in AppointmentStatus),
        figures.noshow_percent,
        figures.lead_days,
        *((fill.booked, fill.working, fill.percent) if fill else (None, None, None)),
    ]
