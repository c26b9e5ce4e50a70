"""Sample mails from the command line: written to files, and sent to one address."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from booking.notifications.samples.registry import SAMPLE_MAILS
from graphql_api.cli.main import main
from tests.booking.notifications.bookings import text_of
from tests.booking.notifications.mailbox import mailbox
from tests.support.clinics import SAMPLE, small_clinic

Command = Callable[..., Awaitable[tuple[object, str]]]
SITE = "https://booking.example.com"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs, beside the sample clinic's file; there is no database."""
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOOK_ONLINE_SITE", SITE)
    return tmp_path


@pytest.fixture
def mail(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`book-online mail ...`: its exit status or message, and what it prints."""

    def run() -> object:
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return None

    async def command(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["book-online", "mail", *arguments])
        ended = await asyncio.to_thread(run)
        return ended, capsys.readouterr().out

    return command


def use_server(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BOOK_ONLINE_MAIL_URL", url)
    monkeypatch.setenv("BOOK_ONLINE_MAIL_FROM", "Sample Clinic <bookings@example.com>")


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=default)


async def test_a_preview_writes_each_mail_in_each_language(mail: Command, folder: Path) -> None:
    (folder / "clinic.toml").write_text(f"{SAMPLE}\n[waiting_list]\n", "utf-8")

    ended, printed = await mail("preview")

    files = files_in(folder / "sample-mails")
    assert (ended, sorted(printed.split())) == (0, [str(file.relative_to(folder)) for file in files])
    mails = {file.name for file in files if file.suffix == ".eml"}
    assert mails == {f"{kind}.{language}.eml" for kind in SAMPLE_MAILS for language in ("en", "fr")}
    for name in mails:
        written = read(folder / "sample-mails" / name)
        text = (folder / "sample-mails" / name).with_suffix(".txt").read_text("utf-8")
        assert text.startswith(f"{written['Subject']}\n"), name
        assert "Sample Practitioner A" in text, name
        reader = "Sample Reception" if name.startswith("staff-") else "Sample Patient"
        assert written["To"] == f"{reader} <patient@example.com>", name
        html = (folder / "sample-mails" / name).with_suffix(".html").read_text("utf-8")
        assert html.startswith("<!doctype html>"), name
    assert {file.name for file in files_in(folder)} == {"clinic.toml", "sample-mails"}


async def test_a_preview_of_one_mail_in_one_language_into_another_folder(mail: Command, folder: Path) -> None:
    ended, printed = await mail("preview", "moved", "--language", "fr", "--to", "a/b")

    names = ["moved.fr.eml", "moved.fr.html", "moved.fr.txt", "moved.fr.ics"]
    assert (ended, printed.split()) == (0, [f"a/b/{name}" for name in names])
    assert "Votre rendez-vous est déplacé" in (folder / "a/b/moved.fr.txt").read_text("utf-8")
    assert "SEQUENCE:1" in (folder / "a/b/moved.fr.ics").read_text("utf-8")


async def test_a_clinic_without_a_course_has_no_mail_of_one(mail: Command, folder: Path) -> None:
    (folder / "clinic.toml").write_text(small_clinic(), "utf-8")

    ended, printed = await mail("preview")
    alone, _ = await mail("preview", "course")

    assert (ended, "course" in printed, "sample-mails/booked.en.eml" in printed) == (0, False, True)
    assert alone == (
        "book-online: This clinic sends no mail 'course', but booked, moved, cancelled, offer, reminder, "
        "staff-booked, staff-moved, staff-cancelled."
    )


async def test_a_language_that_the_clinic_has_not_is_refused(mail: Command, folder: Path) -> None:
    ended, _ = await mail("preview", "--language", "de")

    assert ended == "book-online: The clinic has no mails in 'de'. Please choose one of en, fr."
    assert not (folder / "sample-mails").exists()


async def test_a_file_in_the_place_of_the_folder_is_named(mail: Command, folder: Path) -> None:
    (folder / "taken").write_text("", "utf-8")

    ended, _ = await mail("preview", "--to", "taken")

    assert "taken" in str(ended)
    assert "database" not in str(ended)


async def test_a_test_sends_a_sample_that_says_so(mail: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mailbox() as box:
        use_server(monkeypatch, box.url)

        ended, printed = await mail("test", "owner@example.com")
        await mail("test", "owner@example.com", "--kind", "booked", "--language", "fr")

    first, second = box.messages
    assert ended == 0
    assert f"127.0.0.1:{box.port} has taken the mail to owner@example.com." in printed
    assert box.recipients == [["owner@example.com"]] * 2
    assert first["From"] == "Sample Clinic <bookings@example.com>"
    assert first["Subject"].startswith("Sample: Reminder: ")
    assert "Sample Health Services" in text_of(first)
    assert second["Subject"].startswith("Exemple\N{NO-BREAK SPACE}: Votre rendez-vous est confirmé")
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize(
    ("command", "reply", "reason"),
    [
        ("AUTH", "535 5.7.8 Wrong for owner@example.com", "535 5.7.8"),
        ("RCPT", "550 5.1.1 Nobody is owner@example.com", "550 5.1.1"),
        ("DATA", "451 4.7.1 Later", "451 4.7.1"),
    ],
)
async def test_a_test_says_in_one_sentence_what_went_wrong(
    mail: Command, monkeypatch: pytest.MonkeyPatch, command: str, reply: str, reason: str
) -> None:
    async with mailbox() as box:
        box.replies[command] = reply
        use_server(monkeypatch, f"smtp://user:secret@127.0.0.1:{box.port}")

        ended, printed = await mail("test", "owner@example.com")

    assert str(ended).startswith("book-online: The mail was not sent: 127.0.0.1:")
    assert reason in str(ended)
    assert "BOOK_ONLINE_MAIL_URL" in str(ended)
    assert "secret" not in str(ended)
    assert printed == ""


async def test_a_test_without_a_mail_server_or_an_address_is_refused(
    mail: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    without, _ = await mail("test", "owner@example.com")
    use_server(monkeypatch, "smtp://127.0.0.1:1")
    nobody, _ = await mail("test", "owner")

    assert "BOOK_ONLINE_MAIL_URL and BOOK_ONLINE_MAIL_FROM are not set here" in str(without)
    assert nobody == "book-online: 'owner' is no e-mail address. Please give one like you@example.com."
