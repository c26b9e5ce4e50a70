"""The command `book-online`."""

import argparse
import sys
from difflib import unified_diff
from importlib.metadata import version
from pathlib import Path

from booking.appointments.load import UndoesChanges
from booking.i18n.locales import FALLBACK, locales
from graphql_api.cli import (
    appointments,
    completion,
    features,
)
from graphql_api.cli.access import audit, data_keys, keys, patients, staff
from graphql_api.cli.calendars import busy, feeds, visits
from graphql_api.cli.clinic_file import check, export, import_clinic, init, load
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import (
    READER_GONE_STATUS,
    UNDOES_STATUS,
    CannotPrint,
    add_command,
    checked_output,
    explained,
    warn_of_site,
)
from graphql_api.cli.maintenance import backup, database, doctor, move
from graphql_api.cli.messages import mail, outbox, sms, webhooks
from graphql_api.cli.serving import serve
from graphql_api.schema.schema import printed_schema
from graphql_api.settings import Settings, settings_from
from web.embed.snippet import Element, snippet


def main() -> None:
    settings = None
    try:
        with checked_output():
            arguments = command_parser().parse_args()
            settings = settings_from()
            sys.exit(arguments.run(arguments, settings) or 0)
    except CannotPrint as reason:
        sys.exit(READER_GONE_STATUS if reason.reader_is_gone else f"book-online: {reason}")
    except Exception as reason:
        sentence = explained(reason, settings)
        if sentence is None:
            raise
        if isinstance(reason, UndoesChanges):
            print(f"book-online: {sentence}", file=sys.stderr)
            sys.exit(UNDOES_STATUS)
        sys.exit(f"book-online: {sentence}")
    except KeyboardInterrupt:
        sys.exit(130)


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="book-online", description="A booking widget and API for clinics.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('book-online')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve.add_to(commands)

    init.add_to(commands)
    import_clinic.add_to(commands)
    check.add_to(commands)
    load.add_to(commands)
    export.add_to(commands)
    appointments.add_to(commands)
    database.add_to(commands)
    backup.add_to(commands)
    move.add_to(commands)
    doctor.add_to(commands)

    embed = add_command(commands, "embed", _embed, "print the two lines for a web page")
    embed.add_argument("--service", default="", help="slug of the service that the button is for")
    embed.add_argument("--language", default=FALLBACK, choices=locales(), help="of the button's words")
    embed.add_argument(
        "--pinned", action="store_true", help="with a hash (SRI): to be printed again after each update"
    )

    staff.add_to(commands)
    keys.add_to(commands)
    audit.add_to(commands)
    data_keys.add_to(commands)
    patients.add_to(commands)
    webhooks.add_to(commands)
    mail.add_to(commands)
    outbox.add_to(commands)
    feeds.add_to(commands)
    busy.add_to(commands)
    visits.add_to(commands)
    sms.add_to(commands)
    features.add_to(commands)

    schema = add_command(commands, "schema", _schema, "print the schema")
    schema.add_argument("--check", type=Path, metavar="FILE", help="fail unless FILE is the schema")
    schema.add_argument(
        "--with-features", action="store_true", help="as this clinic's server answers, features included"
    )
    completion.add_to(commands, command_parser)
    return parser


def _embed(arguments: argparse.Namespace, settings: Settings) -> None:
    warn_of_site(settings)
    element = Element(arguments.service, arguments.language)
    print(snippet(settings.site, element, pinned=arguments.pinned), end="")


def _schema(arguments: argparse.Namespace, settings: Settings) -> None:
    file: Path | None = arguments.check
    printed = printed_schema(clinic_of(settings).enabled if arguments.with_features else ())
    if file and file.read_text("utf-8") != printed:
        lines = unified_diff(
            file.read_text("utf-8").splitlines(), printed.splitlines(), str(file), "now", n=0, lineterm=""
        )
        print("\n".join(lines))
        command = "book-online schema --with-features" if arguments.with_features else "make schema"
        sys.exit(
            f"{file} is not the schema. If the changes above are meant, run `{command}`, and tell your users."
        )
    if not file:
        print(printed, end="")


if __name__ == "__main__":
    main()
