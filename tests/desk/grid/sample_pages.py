"""Pages of the desk's markup, with sample data: for the grid alone, without the server's own pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from booking.i18n.locales import locales
from desk.http.module_texts import module_texts
from tests.desk.grid.sample_visits import END, FIRST, NOW, Entry

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
WORDS = {
    "en": {
        "booked": "Booked",
        "arrived": "Arrived",
        "checked-in": "With practitioner",
        "fulfilled": "Done",
        "noshow": "No-show",
        "held": "Held",
        "squeeze-in": "Squeeze-in",
        "blocked": "Blocked",
        "note": "note for the desk",
        "talk": "to talk about",
        "title": "Wednesday, November 25",
        "date": "Date",
        "before": "Previous day",
        "today": "Today",
        "after": "Next day",
        "view": "View",
        "day": "Day",
        "week": "Week",
        "month": "Month",
        "search": "Name, phone, reference",
        "hide": "Hide names",
        "book": "Book",
        "account": "account",
        "next": "Next free",
        "free": "{n} min free",
        "visits": "visits",
        "until": "until 10:29",
        "waiting": "Waiting {n} min",
        "zone": "Toronto time",
        "undo": "Undo",
    },
    "fr": {
        "booked": "Réservé",
        "arrived": "Arrivé",
        "checked-in": "Pris en charge",
        "fulfilled": "Terminé",
        "noshow": "Absent",
        "held": "Retenu",
        "squeeze-in": "Intercalé",
        "blocked": "Indisponible",
        "note": "note pour l’accueil",
        "talk": "à aborder",
        "title": "mercredi 25 novembre",
        "date": "Date",
        "before": "Jour précédent",
        "today": "Aujourd’hui",
        "after": "Jour suivant",
        "view": "Vue",
        "day": "Jour",
        "week": "Semaine",
        "month": "Mois",
        "search": "Nom, téléphone, référence",
        "hide": "Masquer les noms",
        "book": "Réserver",
        "account": "compte",
        "next": "Prochaine plage libre",
        "free": "{n} min libres",
        "visits": "rendez-vous",
        "until": "jusqu’à 10 h 29",
        "waiting": "Attend depuis {n} min",
        "zone": "heure de Toronto",
        "undo": "Défaire",
    },
}
STATUSES = ("fulfilled", "checked-in", "arrived", "booked", "noshow")


def column(slug: str, entries: Sequence[Entry]) -> dict[str, object]:
    ordered = sorted(entries, key=lambda entry: (entry.kind != "open", entry.start))
    return {
        "slug": slug,
        "letter": slug[-1].upper(),
        "entries": ordered,
        "free": next((one for one in ordered if one.kind == "gap" and one.minutes >= 30), None),
        "visits": sum(entry.kind == "visit" for entry in entries),
    }


def day_page(
    entries: Sequence[Entry], *, language: str = "en", private: bool = False, toast: str = ""
) -> str:
    statuses = [entry.status for entry in entries if entry.kind == "visit"]

    def time(instant: datetime) -> str:
        return instant.strftime("%-H h %M" if language == "fr" else "%-I:%M")

    return TEMPLATES.get_template("day.html").render(
        language=language,
        words=WORDS[language],
        private=private,
        toast=toast,
        time=time,
        first=int(FIRST.timestamp()),
        end=int(END.timestamp()),
        now=int(NOW.timestamp()),
        hours=[FIRST + timedelta(hours=hour) for hour in range(12)],
        visits=len(statuses),
        counts={status: statuses.count(status) for status in STATUSES},
        columns=[
            column(slug, [entry for entry in entries if entry.column == slug])
            for slug in sorted({entry.column for entry in entries})
        ],
        module_texts=module_texts(locales()[language]),
    )


def sheet_page(entry: Entry, *, problem: str = "") -> str:
    return TEMPLATES.get_template("sheet.html").render(entry=entry, problem=problem)
