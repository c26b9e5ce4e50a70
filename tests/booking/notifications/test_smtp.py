"""Mails over a real socket: what arrives, who is trusted, and what a refusal means."""

import shutil
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from booking.domain.hookspecs import PermanentFailure
from booking.notifications.smtp import (
    Encryption,
    MailServer,
    PermanentMailFailure,
    TemporaryMailFailure,
    mail_server_from,
)
from tests.booking.notifications.mailbox import Mailbox, mailbox

SENDER = "Sample Clinic <bookings@example.com>"
SECRET = "p4ss-w0rd"


def mail(to: str = "Sample Patient <patient@example.com>") -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["To"] = to
    message["Subject"] = "Votre rendez-vous est confirmé"
    message.set_content("Bonjour.\n.Une ligne qui commence par un point.\n")
    return message


def post_to(box: Mailbox, url: Callable[[str], str] = str) -> MailServer:
    return mail_server_from(url(box.url), SENDER)


def elsewhere(url: str) -> str:
    """The same server, by a name that isn't plainly this computer's own."""
    return url.replace("127.0.0.1", "127.1")


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mailbox() as box:
        await post_to(box).send(mail())
        [arrived] = await box.arrived(1)

    assert arrived["From"] == SENDER
    assert arrived["To"] == "Sample Patient <patient@example.com>"
    assert arrived["Subject"] == "Votre rendez-vous est confirmé"
    assert arrived.get_content().splitlines() == ["Bonjour.", ".Une ligne qui commence par un point."]
    assert box.recipients == [["patient@example.com"]]
    assert box.commands[0] == "ehlo example.com"
    assert box.commands[-1] == "quit"


async def test_a_mail_can_be_sent_twice() -> None:
    async with mailbox() as box:
        message = mail()
        await post_to(box).send(message)
        await post_to(box).send(message)

    assert [arrived.get_all("From") for arrived in box.messages] == [[SENDER], [SENDER]]


async def test_user_and_password_are_sent() -> None:
    async with mailbox() as box:
        await post_to(box, lambda url: url.replace("//", "//front%40desk:a%2Fb%3A%23@")).send(mail())

    assert box.logins == [("front@desk", "a/b:#")]


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
async def test_a_permanent_refusal_is_not_retried_and_names_no_recipient(verb: str) -> None:
    async with mailbox() as box:
        box.replies[verb] = "550 5.1.1 <patient@example.com>: nobody of that name"
        with pytest.raises(PermanentMailFailure, match=r"550 5\.1\.1") as refused:
            await post_to(box).send(mail())

    assert isinstance(refused.value, PermanentFailure)
    assert "patient" not in str(refused.value)
    assert refused.value.__suppress_context__
    assert box.messages == []


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("RCPT", "451 4.7.1 Later, please"),
        ("RCPT", "421 4.3.2 Closing"),
        ("DATA", "451 4.3.0 Later, please"),
        ("MAIL", "550 5.7.1 Not from you"),
        ("AUTH", "535 5.7.8 Wrong"),
    ],
)
async def test_a_temporary_refusal_is_retried_later(verb: str, reply: str) -> None:
    async with mailbox() as box:
        box.replies[verb] = reply
        with pytest.raises(TemporaryMailFailure, match=reply[:9]):
            await post_to(box, lambda url: url.replace("//", f"//user:{SECRET}@")).send(mail())
        box.replies[verb] = "250 Fine" if verb != "AUTH" else "235 Fine"
        await post_to(box).send(mail())

    assert len(box.messages) == 1


async def test_an_unreachable_mail_server_is_retried() -> None:
    async with mailbox() as box:
        post = post_to(box)

    with pytest.raises(TemporaryMailFailure, match="refused"):
        await post.send(mail())


async def test_a_silent_mail_server_runs_into_the_timeout() -> None:
    async with mailbox() as box:
        box.replies["RCPT"] = ""
        with pytest.raises(TemporaryMailFailure, match="timed out"):
            await replace(post_to(box), timeout=0.05).send(mail())

    assert post_to(box).timeout == 20


async def test_an_accepted_mail_counts_as_sent_even_if_quit_fails() -> None:
    async with mailbox() as box:
        box.replies["QUIT"] = ""
        await replace(post_to(box), timeout=3).send(mail())

    assert len(box.messages) == 1


async def test_an_address_that_the_server_cannot_write_is_not_retried() -> None:
    async with mailbox() as box:
        with pytest.raises(PermanentMailFailure):
            await post_to(box).send(mail("用户@example.com"))


async def test_a_mail_to_another_computer_is_sent_over_tls_unless_the_url_says_never() -> None:
    async with mailbox() as box:
        with pytest.raises(TemporaryMailFailure, match="STARTTLS"):
            await post_to(box, lambda url: elsewhere(url).replace("//", f"//user:{SECRET}@")).send(mail())
        assert {command.partition(" ")[0].upper() for command in box.commands} == {"EHLO"}

        await post_to(box, lambda url: f"{elsewhere(url)}?starttls=never").send(mail())

    assert len(box.messages) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of 127.0.0.1 and localhost, signed by nobody else; with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command")
    file = tmp_path / "certificate.pem"
    key = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command: list[str | Path] = [openssl, "req", *key, *name, "-keyout", file, "-out", tmp_path / "only.pem"]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "only.pem").read_text())
    return file


def presenting(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("is_trusted", [True, False])
@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.FROM_THE_START])
async def test_only_a_mail_server_with_a_valid_certificate_gets_the_mail(
    certificate: Path, encryption: Encryption, is_trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = presenting(certificate)
    both = {"starttls": context} if encryption is Encryption.STARTTLS else {"tls": context}
    async with mailbox(**both) as box:
        post = mail_server_from(f"smtps://user:{SECRET}@127.0.0.1:{box.port}", SENDER)
        post = replace(post, encryption=encryption)
        if is_trusted:
            await post.send(mail())
        else:
            with pytest.raises(TemporaryMailFailure, match="certificate verify failed"):
                await post.send(mail())

    assert len(box.messages) == is_trusted
    assert box.logins == ([("user", SECRET)] if is_trusted else [])


@pytest.mark.parametrize(
    ("url", "host", "port", "encryption"),
    [
        ("smtp://user:secret@mail.example.com:2525", "mail.example.com", 2525, Encryption.STARTTLS),
        ("smtp://mail.example.com", "mail.example.com", 587, Encryption.STARTTLS),
        ("smtps://mail.example.com/", "mail.example.com", 465, Encryption.FROM_THE_START),
        ("smtp://mail.example.com?starttls=never", "mail.example.com", 587, Encryption.NONE),
        ("smtp://localhost:25", "localhost", 25, Encryption.NONE),
        ("smtp://[::1]:25", "::1", 25, Encryption.NONE),
        ("smtps://localhost", "localhost", 465, Encryption.FROM_THE_START),
    ],
)
def test_the_scheme_of_a_mail_url_chooses_port_and_tls(
    url: str, host: str, port: int, encryption: Encryption
) -> None:
    post = mail_server_from(url, SENDER)

    assert (post.host, post.port, post.encryption) == (host, port, encryption)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com:587",
        f"http://user:{SECRET}@mail.example.com",
        f"smtp://user:{SECRET}@",
        f"smtp://user:{SECRET}#@mail.example.com",
        f"smtp://user:{SECRET}/@mail.example.com",
        f"smtp://user:{SECRET}@mail.example.com:port",
        f"smtp://user:[{SECRET}@mail.example.com",
        f"smtp://:{SECRET}@mail.example.com",
        "smtp://user@mail.example.com",
        f"smtp://user:{SECRET}é@mail.example.com",
        f"smtp://user:{SECRET}@mail.example.com/inbox",
        f"smtp://user:{SECRET}@mail.example.com?starttls=maybe",
        f"smtps://user:{SECRET}@mail.example.com?starttls=never",
    ],
)
def test_an_invalid_mail_url_is_refused_with_help_and_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^The mail server's (URL|user)") as refused:
        mail_server_from(url, SENDER)

    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None or refused.value.__suppress_context__


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "Sample Clinic",
        "bookings@",
        "<>",
        "Clinic, Toronto <bookings@example.com>",
        "A <a@example.com>, B <b@example.com>",
        "Sample Clinic <bookings@example.com",
        "Sample\r\nBcc: b@example.com\r\n <bookings@example.com>",
        "Sample Clinic <réception@example.com>",
    ],
)
def test_an_invalid_sender_is_refused_with_help(sender: str) -> None:
    with pytest.raises(ValueError, match=r"^The sender must look like"):
        mail_server_from("smtp://localhost", sender)


@pytest.mark.parametrize(
    ("sender", "name", "email"),
    [
        ("bookings@example.com", "", "bookings@example.com"),
        ("Clinique Érable <bookings@example.com>", "Clinique Érable", "bookings@example.com"),
        (
            '"Clinic & Co, Toronto" <a@bücher.example.org>',
            "Clinic & Co Toronto",
            "a@xn--bcher-kva.example.org",
        ),
    ],
)
def test_a_sender_has_an_address_and_may_have_a_name(sender: str, name: str, email: str) -> None:
    found = mail_server_from("smtp://localhost", sender).sender

    assert (found.display_name, found.addr_spec) == (name, email)


def test_the_password_is_not_shown() -> None:
    post = mail_server_from(f"smtp://user:{SECRET}@mail.example.com", SENDER)

    assert post.password == SECRET
    assert "mail.example.com" in repr(post)
    assert SECRET not in repr(post)
