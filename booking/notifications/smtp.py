"""Sends mails through the clinic's mail server (SMTP)."""

import asyncio
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from booking.domain.hookspecs import PermanentFailure, TemporaryFailure
from booking.notifications.mail_address import mail_address

TIMEOUT_SECONDS = 20.0
ENHANCED_STATUS_CODE = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
URL_HELP = (
    "The mail server's URL must look like smtp://user:password@mail.example.com:587 or "
    "smtps://user:password@mail.example.com:465; write other characters than letters and digits in the "
    "user and the password as in %40 for @."
)
SENDER_HELP = "The sender must look like Sample Clinic <bookings@example.com>, with quotes around a comma."


class TemporaryMailFailure(TemporaryFailure):
    """The mail could not be sent now; it may later."""


class PermanentMailFailure(PermanentFailure):
    """The server will never take this mail for this recipient."""


class Encryption(StrEnum):
    """When a connection is encrypted."""

    FROM_THE_START = "smtps"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """A mail server, and the sender of the mails that go through it."""

    host: str
    port: int
    encryption: Encryption
    sender: Address
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = TIMEOUT_SECONDS

    async def send(self, message: EmailMessage) -> None:
        """Add the sender, and send.

        The errors' messages do not say whose mail it was.

        Raises:
            TemporaryMailFailure: the server can't be reached, or may take the mail later.
            PermanentMailFailure: the server refused the mail or its recipient for good.
        """
        del message["From"]
        message["From"] = self.sender
        await asyncio.to_thread(self._send, message)

    def check_login(self) -> None:
        """Log in, and send nothing. It blocks its thread.

        Raises:
            TemporaryMailFailure: the server can't be reached, or doesn't let this one in.
        """
        _leave(self._connect())

    def _send(self, message: EmailMessage) -> None:
        server = self._connect()
        try:
            to = [each.addr_spec for each in message["To"].addresses]
            server.send_message(message, self.sender.addr_spec, to)
        except OSError as reason:
            refusal = PermanentMailFailure if _is_permanent(reason) else TemporaryMailFailure
            raise refusal(f"{self.host}:{self.port} did not take the mail: {_describe(reason)}") from None
        except (MessageError, ValueError) as reason:  # it may quote the address
            raise PermanentMailFailure(f"the mail can't be written: {type(reason).__name__}") from None
        finally:
            _leave(server)

    def _connect(self) -> smtplib.SMTP:
        """A session that can take a mail.

        Raises:
            TemporaryMailFailure: the server can't be reached, or doesn't let this one in.
        """
        try:
            return self._log_in()
        except (OSError, ValueError) as reason:  # smtplib's own exceptions are OSErrors
            raise TemporaryMailFailure(
                f"{self.host}:{self.port} can't be used: {_describe(reason)}"
            ) from None

    def _log_in(self) -> smtplib.SMTP:
        """The certificate and its name are checked."""
        options: dict[str, Any] = {"local_hostname": self.sender.domain, "timeout": self.timeout}
        if self.encryption is Encryption.FROM_THE_START:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, context=context, **options)
        else:
            server = smtplib.SMTP(self.host, self.port, **options)
        try:
            if self.encryption is Encryption.STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _leave(server: smtplib.SMTP) -> None:
    # The mail was taken or refused: an error of the farewell changes nothing.
    with suppress(OSError):
        server.quit()
    server.close()


def mail_server_from(url: str, sender: str) -> MailServer:
    """From `smtp://user:password@host:587` (STARTTLS, unless the host is this computer or the URL ends in
    `?starttls=never`) or `smtps://host:465`.

    Raises:
        ValueError: the URL or the sender has another form; the message never shows the password.
    """
    parts, port = _split(url)
    host, user, password = parts.hostname, parts.username, parts.password
    options = parse_qsl(parts.query, keep_blank_values=True)
    is_supported = parts.scheme in ("smtp", "smtps") and parts.path in ("", "/") and not parts.fragment
    is_supported = is_supported and (user is None) == (password is None) and user != ""
    if not (host and is_supported):
        raise ValueError(URL_HELP)
    if options not in ([], [("starttls", "never")]) or (options and parts.scheme == "smtps"):
        raise ValueError("The mail server's URL may only end in ?starttls=never, and that only with smtp://.")
    if not f"{unquote(user or '')}{unquote(password or '')}".isascii():
        raise ValueError("The mail server's user and password must be made of ASCII characters.")
    encryption = Encryption.NONE if options or _is_loopback(host) else Encryption.STARTTLS
    if parts.scheme == "smtps":
        encryption = Encryption.FROM_THE_START
    return MailServer(
        host=host,
        port=port or (465 if parts.scheme == "smtps" else 587),
        encryption=encryption,
        sender=_sender(sender),
        user=None if user is None else unquote(user),
        password=None if password is None else unquote(password),
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:  # its message may show a piece of the password
        raise ValueError(URL_HELP) from None


def _sender(text: str) -> Address:
    addresses: list[Address] = []
    # A line break, something that Python's parser trips over, or no e-mail address.
    with suppress(ValueError, IndexError):
        header: Any = SMTP.header_factory("From", text)
        if not header.defects:
            addresses = [mail_address(each.display_name, each.addr_spec) for each in header.addresses]
    if len(addresses) != 1 or not addresses[0].addr_spec.isascii():
        raise ValueError(SENDER_HELP)
    return addresses[0]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


def _is_permanent(reason: OSError) -> bool:
    """Whether the server refused the recipient or the mail itself for good."""
    match reason:
        case smtplib.SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in reason.recipients.values())
        case smtplib.SMTPDataError():
            return int(reason.smtp_code) >= 500
        case smtplib.SMTPNotSupportedError():  # an address that isn't ASCII
            return True
    return False


def _describe(reason: Exception) -> str:
    """Only the codes of a server's reply: its text may say whose mail it was."""
    match reason:
        case smtplib.SMTPRecipientsRefused():
            return ", ".join(_reply_code(code, text) for code, text in reason.recipients.values())
        case smtplib.SMTPResponseException():
            return _reply_code(reason.smtp_code, reason.smtp_error)
    return str(reason) or type(reason).__name__


def _reply_code(code: int, text: bytes | str) -> str:
    enhanced = ENHANCED_STATUS_CODE.search(text if isinstance(text, bytes) else text.encode())
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)
