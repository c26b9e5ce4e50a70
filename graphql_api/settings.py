"""The environment, read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from booking.notifications.smtp import MailServer, mail_server_from


class InvalidSetting(ValueError):
    """An environment variable that can't be used; says which, and what it may be."""


@dataclass(frozen=True)
class Settings:
    """What a server is told from outside; all else is in the clinic's file."""

    database_url: str = "sqlite:///book-online.sqlite3"
    clinic_file: Path = Path("clinic.toml")
    mode: str = "development"
    playground: Path = Path("build/playground")
    holds_per_client: int = 24
    points_per_client: int = 20_000
    bookings_per_client: int = 30
    proof_of_work: str | None = field(default=None, repr=False)
    site_keys_only: bool = False
    trusted_documents: Path | None = None
    trusted_documents_only: bool = False
    trusted_proxies: str = "127.0.0.1,::1"
    post: MailServer | None = None
    webhooks_to_private: bool = False
    without_features: tuple[str, ...] = ()
    site: str = "http://127.0.0.1:8000"

    @property
    def is_development(self) -> bool:
        """Shows the demo clinic page and the playground."""
        return self.mode == "development"


MIN_SECRET_LENGTH = 32
MODES = ("development", "production")


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """From the process's environment unless given. Refuses with BadSetting; empty counts as not given."""
    environment = os.environ if environment is None else environment
    mode = environment.get("BOOK_ONLINE_MODE") or Settings.mode
    if mode not in MODES:
        raise InvalidSetting(f"BOOK_ONLINE_MODE is {mode!r}; it must be {' or '.join(MODES)}")
    return Settings(
        database_url=environment.get("DATABASE_URL") or Settings.database_url,
        clinic_file=Path(environment.get("BOOK_ONLINE_CLINIC_FILE") or Settings.clinic_file),
        mode=mode,
        playground=Path(environment.get("BOOK_ONLINE_PLAYGROUND") or Settings.playground),
        holds_per_client=_number(environment, "BOOK_ONLINE_HOLDS_PER_CLIENT", Settings.holds_per_client),
        points_per_client=_number(environment, "BOOK_ONLINE_POINTS_PER_CLIENT", Settings.points_per_client),
        bookings_per_client=_number(
            environment, "BOOK_ONLINE_BOOKINGS_PER_CLIENT", Settings.bookings_per_client
        ),
        proof_of_work=_secret(environment, "BOOK_ONLINE_PROOF_OF_WORK"),
        site_keys_only=_flag(environment, "BOOK_ONLINE_SITE_KEYS_ONLY"),
        trusted_documents=_folder(environment.get("BOOK_ONLINE_TRUSTED_DOCUMENTS")),
        trusted_documents_only=_flag(environment, "BOOK_ONLINE_TRUSTED_DOCUMENTS_ONLY"),
        trusted_proxies=environment.get("BOOK_ONLINE_TRUSTED_PROXIES") or Settings.trusted_proxies,
        post=_post(environment.get("BOOK_ONLINE_MAIL_URL"), environment.get("BOOK_ONLINE_MAIL_FROM")),
        webhooks_to_private=_flag(environment, "BOOK_ONLINE_WEBHOOKS_TO_PRIVATE"),
        without_features=_names(environment.get("BOOK_ONLINE_WITHOUT_FEATURES")),
        site=_site(environment.get("BOOK_ONLINE_SITE") or Settings.site),
    )


def _post(url: str | None, sender: str | None) -> MailServer | None:
    if not url and not sender:
        return None
    if not url or not sender:
        raise InvalidSetting("BOOK_ONLINE_MAIL_URL and BOOK_ONLINE_MAIL_FROM need each other")
    try:
        return mail_server_from(url, sender)
    except ValueError as reason:
        raise InvalidSetting(
            f"BOOK_ONLINE_MAIL_URL or BOOK_ONLINE_MAIL_FROM can't be used. {reason}"
        ) from None


def _site(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidSetting(f"BOOK_ONLINE_SITE is {text!r}; it must look like https://booking.example.com")
    return text.rstrip("/")


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name for part in (text or "").split(",") if (name := part.strip()))


def _folder(text: str | None) -> Path | None:
    if text and not Path(text).is_dir():
        raise InvalidSetting(f"BOOK_ONLINE_TRUSTED_DOCUMENTS is {text!r}; there is no such folder")
    return Path(text) if text else None


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    text = environment.get(name) or None
    if text and len(text) < MIN_SECRET_LENGTH:
        raise InvalidSetting(f"{name} is too short for a secret; it needs {MIN_SECRET_LENGTH} characters")
    return text


def _flag(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name) or "0"
    if text not in ("0", "1"):
        raise InvalidSetting(f"{name} is {text!r}; it must be 1 or 0")
    return text == "1"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise InvalidSetting(f"{name} is {text!r}; it must be a whole number above 0")
    return int(text)
