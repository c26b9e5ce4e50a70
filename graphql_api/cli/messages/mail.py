"""`book-online mail`: sample mails of this clinic, written to files or sent to one address."""

import argparse
import asyncio
import uuid
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from booking.domain.contact import parse_email
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.i18n.locales import texts_for
from booking.notifications.samples.catalogue import SampleCatalogue, catalogue_of_file
from booking.notifications.samples.registry import (
    SAMPLE_MAILS,
    SENDER,
    SampleRequest,
    parts_of,
    sample_mail,
    sent_kinds,
)
from booking.notifications.smtp import PermanentMailFailure, TemporaryMailFailure
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import Commands, add_command, add_verbs, warn_of_site
from graphql_api.settings import InvalidSetting, Settings

FOLDER = Path("sample-mails")


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "mail", "show and test the mails that patients and staff get")

    preview = add_command(
        verbs, "preview", _preview, "write a sample of each mail to files, and send nothing"
    )
    preview.add_argument(
        "kind", nargs="?", choices=[*SAMPLE_MAILS], metavar="KIND", help=_kinds("one kind alone")
    )
    _add_language(preview, "in one of the clinic's languages alone")
    preview.add_argument(
        "--to", type=Path, default=FOLDER, metavar="FOLDER", help="where to, made if missing"
    )

    test = add_command(verbs, "test", _test, "send a sample, and say what the mail server says")
    test.add_argument("address", metavar="ADDRESS", help="an e-mail address of your own")
    test.add_argument(
        "--kind", choices=[*SAMPLE_MAILS], default="reminder", metavar="KIND", help=_kinds("which mail")
    )
    _add_language(test, "instead of the clinic's own")


def _kinds(what: str) -> str:
    return f"{what}: {', '.join(SAMPLE_MAILS)}"


def _add_language(command: argparse.ArgumentParser, help: str) -> None:
    command.add_argument("--language", metavar="LANGUAGE", help=help)


def _preview(arguments: argparse.Namespace, settings: Settings) -> None:
    catalogue = catalogue_of_file(clinic_of(settings).file)
    languages = [arguments.language] if arguments.language else catalogue.clinic.languages
    kinds = [arguments.kind] if arguments.kind else sent_kinds(catalogue)
    mails = {
        f"{kind}.{language}": sample_mail(kind, _request(catalogue, settings, language))
        for kind in kinds
        for language in languages
    }
    folder: Path = arguments.to
    folder.mkdir(parents=True, exist_ok=True)
    for name, mail in mails.items():
        for file, content in _files(name, mail, settings).items():
            (folder / file).write_bytes(content)
            print(folder / file)
    warn_of_site(settings)


def _files(name: str, mail: EmailMessage, settings: Settings) -> dict[str, bytes]:
    if settings.mail_server:
        mail["From"] = settings.mail_server.sender
    parts = parts_of(mail)
    texts = {f"{name}.html": parts.html, f"{name}.txt": f"{parts.subject}\n\n{parts.text}"}
    for number, calendar in enumerate(parts.calendars, start=1):
        which = f"-{number}" if len(parts.calendars) > 1 else ""
        texts[f"{name}{which}.ics"] = calendar
    return {f"{name}.eml": mail.as_bytes()} | {file: text.encode() for file, text in texts.items()}


def _test(arguments: argparse.Namespace, settings: Settings) -> None:
    server = settings.mail_server
    if server is None:
        raise InvalidSetting(
            "no mail can be sent: BOOK_ONLINE_MAIL_URL and BOOK_ONLINE_MAIL_FROM are not set here"
        )
    email = _address(arguments.address)
    catalogue = catalogue_of_file(clinic_of(settings).file)
    language = arguments.language or catalogue.clinic.languages[0]
    # An id of its own: mail programs show a message only once.
    request = replace(_request(catalogue, settings, language), email=email, event=uuid.uuid4())
    mail = sample_mail(arguments.kind, request)
    texts = texts_for(language)
    mail.replace_header("Subject", texts.label(texts("mail.sample"), mail["Subject"]))
    try:
        asyncio.run(server.send(mail))
    except (TemporaryMailFailure, PermanentMailFailure) as failure:
        message = (
            f"The mail was not sent: {failure}. Does BOOK_ONLINE_MAIL_URL name the right server, user and "
        )
        raise InvalidSetting(f"{message}password, and may it send from {server.sender.addr_spec}?") from None
    sender = server.sender.addr_spec
    print(
        f"{server.host}:{server.port} has taken the mail to {email}. If it doesn't arrive within minutes, "
        f"look for it in the spam folder, and for a message that it bounced in the mailbox of {sender}."
    )
    warn_of_site(settings)


def _request(catalogue: SampleCatalogue, settings: Settings, language: str) -> SampleRequest:
    server = settings.mail_server
    sender = server.sender.addr_spec if server else SENDER
    return SampleRequest(catalogue, language, settings.site, system_clock(), sender)


def _address(text: str) -> str:
    try:
        return parse_email(text).normalized
    except ValueError:
        message = f"{text!r} is no e-mail address. Please give one like you@example.com."
        raise InvalidInput(message, path=("address",), code=InvalidInputCode.WRONG_FORMAT) from None
