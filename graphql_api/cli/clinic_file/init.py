"""`book-online init`: a new clinic, from a few questions to a server that can start."""

import argparse
from contextlib import chdir
from datetime import datetime
from functools import partial
from pathlib import Path

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.domain.role import Role
from booking.i18n.locales import FALLBACK, locales
from booking.staff.accounts import add_member
from booking.storage.migrations.upgrade import is_migrated
from booking.storage.session import BookingSession
from graphql_api.app import system_clock
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.access.staff import sign_in_link
from graphql_api.cli.clinic_file.files import write_clinic_file
from graphql_api.cli.clinic_file.new_clinic import QUESTIONS, ask_all, ask_at_terminal, clinic_text
from graphql_api.cli.command import Commands, add_command, warn_of_site
from graphql_api.cli.transaction import in_transaction
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import prepare_database

OWNER = "Owner"


def add_to(commands: Commands) -> None:
    init = add_command(
        commands, "init", _init, "make a new clinic: its file, its database and keys, and the owner's account"
    )
    init.add_argument("folder", type=Path, nargs="?", default=Path(), help="where; made if it is not there")
    for question in QUESTIONS:
        init.add_argument(
            f"--{question.name.replace('_', '-')}",
            dest=question.name,
            help=f"{question.text.lower()}: `{question.example}`",
        )
    init.add_argument("--language", default=FALLBACK, choices=locales(), help="of the clinic's texts")
    init.add_argument("--owner", default=OWNER, help="name of the account that may do everything at the desk")


def _init(arguments: argparse.Namespace, settings: Settings) -> None:
    folder: Path = arguments.folder
    if folder.is_dir():
        with chdir(folder):
            _refuse_to_overwrite(settings, folder)
    given = {each.name: text for each in QUESTIONS if (text := getattr(arguments, each.name)) is not None}
    answers = ask_all(given, arguments.language, ask_at_terminal, tell=lambda mistake: print(f"  {mistake}"))
    text = clinic_text(answers, arguments.language)
    folder.mkdir(parents=True, exist_ok=True)
    with chdir(folder):  # The settings' relative paths are read there, as the server will.
        if not settings.key_encryption_keys and not settings.key_encryption_file.path.exists():
            settings.key_encryption_file.make()
        prepare_database(settings, parse_clinic_file(text), [], now=system_clock())
        write_clinic_file(settings.clinic_file, text)
        print(f"\nMade {folder / settings.clinic_file}, the database, and the key to the patients' data.\n")
        if not settings.key_encryption_keys and not settings.is_development:  # where the log says so
            print(f"Keep a copy of {settings.key_encryption_file.path} elsewhere: nobody can replace it.\n")
        in_transaction(partial(_owners_link, settings=settings))(arguments, settings)
    warn_of_site(settings)
    print("\nStart the server, and patients can book:")
    if folder != Path():
        print(f"  cd {folder}")
    print("  book-online serve")


def _refuse_to_overwrite(settings: Settings, folder: Path) -> None:
    """
    Raises:
        InvalidSetting: a clinic is there.
    """
    if settings.clinic_file.exists():
        raise InvalidSetting(
            f"{folder / settings.clinic_file} is there already, and was left as it is: choose another folder"
        )
    if is_migrated(settings.database_url):
        raise InvalidSetting(
            "the database is there already, and was left as it is: choose another folder, or another "
            "DATABASE_URL; `book-online export` writes the clinic's file from a database"
        )


async def _owners_link(
    session: BookingSession, now: datetime, arguments: argparse.Namespace, settings: Settings
) -> str:
    member = await add_member(session, arguments.owner, Role.OWNER, actor=command_line_actor(), now=now)
    return await sign_in_link(session, member, settings, now=now)
