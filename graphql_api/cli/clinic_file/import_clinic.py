"""`book-online import`: a clinic's file from another system's data, and then its coming visits."""

import argparse
import gzip
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import available_timezones

from booking.i18n.locales import FALLBACK, locales
from booking.imports.calcom.reader import read_calcom
from booking.imports.clinic import ForeignClinic
from booking.imports.clinic_text import draft_text
from booking.imports.draft import Draft, draft_of
from booking.imports.easyappointments.reader import read_easyappointments
from booking.imports.errors import UnreadableImport
from booking.imports.notes import Notes
from booking.imports.visits import ImportedVisits, VisitImport
from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.clock import current_time
from graphql_api.app import system_clock
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.clinic_file.files import write_clinic_file
from graphql_api.cli.clinic_file.new_clinic import QUESTIONS, ask_all, ask_at_terminal, clinic_text
from graphql_api.cli.command import Commands, add_command, add_verbs, progress_bar
from graphql_api.cli.transaction import with_database
from graphql_api.settings import InvalidSetting, Settings

Read = Callable[[Sequence[str], str | None, datetime], ForeignClinic]
"""Read the texts of files; the zone is the clinic's, and that of times without one."""
MAX_BYTES = 200_000_000
"""Of all files together, unpacked: they are held in memory."""
ASKED = ("name", "time_zone", "phone", "place")
"""Questions of a new clinic that another system's data may not answer."""


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "import", "a clinic's file, and then the coming visits, from another system")
    _add(verbs, "easyappointments", _easyappointments, "a dump of the MySQL database of Easy!Appointments")
    _add(
        verbs,
        "calcom",
        _calcom,
        "a plain dump of the PostgreSQL database of Cal.com, or saved answers of its API (version 2)",
    )


def _add(verbs: Commands, name: str, read: Read, source: str) -> None:
    command = add_command(verbs, name, partial(_import, read=read), f"make a clinic's file from {source}")
    command.set_defaults(system=name)
    command.add_argument("files", type=Path, nargs="+", metavar="FILE", help=f"{source}; .gz, too")
    command.add_argument(
        "--visits",
        action="store_true",
        help="once the clinic's file is loaded: book the coming visits, each once, without a mail to anybody",
    )
    command.add_argument("--dry-run", action="store_true", help="print what would be done; write nothing")
    command.add_argument("--force", action="store_true", help="also over a clinic's file that is there")
    command.add_argument(
        "--squeeze-in",
        action="store_true",
        help="with --visits: book a visit beside another one where the practitioner's time is taken",
    )
    for question in QUESTIONS:
        if question.name in ASKED:
            command.add_argument(
                f"--{question.name.replace('_', '-')}",
                dest=question.name,
                help=f"{question.text.lower()}: `{question.example}`",
            )
    command.add_argument("--language", default=FALLBACK, choices=locales(), help="of the clinic's texts")


def _easyappointments(texts: Sequence[str], zone: str | None, now: datetime) -> ForeignClinic:
    if len(texts) > 1:
        raise UnreadableImport("a dump of Easy!Appointments is one file")
    return read_easyappointments(texts[0], zone=zone, now=now)


def _calcom(texts: Sequence[str], zone: str | None, now: datetime) -> ForeignClinic:
    return read_calcom(texts, zone=zone, now=now)


def _import(arguments: argparse.Namespace, settings: Settings, *, read: Read) -> int:
    if not arguments.visits and settings.clinic_file.exists() and not (arguments.force or arguments.dry_run):
        raise InvalidSetting(
            f"{settings.clinic_file} is there already, and was left as it is: choose another folder, "
            "or --force"
        )
    zone = with_database(settings, _zone) if arguments.visits else arguments.time_zone
    if zone is not None and zone not in available_timezones():
        raise InvalidSetting(f'{zone!r} is no time zone; time zones look like "America/Toronto"')
    draft = draft_of(read(_texts(arguments.files), zone, system_clock()))
    if arguments.visits:
        return _import_visits(draft, arguments, settings)
    _write_file(draft, arguments, settings)
    return 0


async def _zone(database: Database) -> str:
    """The zone of the clinic that is loaded: visits are on the clock that its file was made for."""
    async with database.read() as session:
        return (await get_clinic(session)).time_zone


def _texts(files: Sequence[Path]) -> list[str]:
    """
    Raises:
        UnreadableImport: a file is too large, broken, or no UTF-8 text.
    """
    texts, room = [], MAX_BYTES
    for file in files:
        with file.open("rb") as opened:
            is_packed = opened.read(2) == b"\x1f\x8b"
        try:
            with gzip.open(file) if is_packed else file.open("rb") as stream:
                data = stream.read(room + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as reason:
            raise UnreadableImport(f"{file} is broken: {reason}") from reason
        room -= len(data)
        if room < 0:
            raise UnreadableImport(
                f"the files have more than {MAX_BYTES // 1_000_000} MB: is it all of one clinic?"
            )
        try:
            texts.append(data.decode("utf-8-sig").replace("\r\n", "\n"))
        except UnicodeDecodeError as reason:
            line = data.count(b"\n", 0, reason.start) + 1
            raise UnreadableImport(f"{file}, line {line}: this is not UTF-8 text") from reason
    return texts


def _write_file(draft: Draft, arguments: argparse.Namespace, settings: Settings) -> None:
    clinic = draft.clinic
    first = next(iter(draft.services.values()))
    said = {
        "name": clinic.name,
        "time_zone": clinic.time_zone,
        "place": clinic.address,
        **{name: given for name in ASKED if (given := getattr(arguments, name)) is not None},
    }
    found = {
        "hours": "; ".join(f"{days} {' '.join(spans)}" for days, spans in draft.hours.items()),
        "practitioner": next(iter(draft.practitioners.values())).name,
        "service": f"{first.name}, {-(-first.duration // 5) * 5} min",
    }
    given = {name: text for name, text in {**said, **found}.items() if text}
    answers = ask_all(given, arguments.language, ask_at_terminal, tell=lambda mistake: print(f"  {mistake}"))
    text = draft_text(draft, clinic_text(answers, arguments.language))
    if arguments.dry_run:
        print(text, end="")
        return
    write_clinic_file(settings.clinic_file, text)
    print(
        f"Wrote {settings.clinic_file}: {_count(len(draft.services), 'service')} of "
        f"{_count(len(draft.practitioners), 'practitioner')}."
    )
    _print_notes(clinic.notes, "What could not be taken over as it was:")
    visits = _count(len(clinic.visits), "coming visit")
    print(f"\nFound {visits}, and booked none yet. Read the file; once it is right:")
    print("  book-online load")
    print(f"  book-online import {arguments.system} {' '.join(map(str, arguments.files))} --visits")


def _import_visits(draft: Draft, arguments: argparse.Namespace, settings: Settings) -> int:
    visits = VisitImport(draft, command_line_actor(), squeeze_in=arguments.squeeze_in)

    async def work(database: Database) -> ImportedVisits:
        async with database.read() as session:
            now = await current_time(session)
        if arguments.dry_run:
            return await visits.preview(database, now=now)
        total = len(draft.clinic.visits)
        return await visits.book(database, now=now, progress=lambda done: progress_bar(done, total))

    done = with_database(settings, work)
    count = _count(done.booked, "visit")
    if arguments.dry_run:
        print(f"Would book {count}.")
    else:
        print(f"Booked {count}, and mailed nobody." if done.booked else f"Booked {count}.")
    if done.earlier:
        print(f"Booked by an earlier import: {done.earlier}.")
    _print_notes(draft.clinic.visit_notes)
    _print_notes(done.notes)
    return 1 if done.left else 0


def _print_notes(notes: Notes, heading: str = "") -> None:
    if notes.lines:
        print("\n".join(["", *([heading] if heading else []), *notes.lines]))


def _count(count: int, name: str) -> str:
    return f"{count or 'no'} {name}{'s' if count > 1 else ''}"
