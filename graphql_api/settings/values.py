"""What the text of an environment variable may be, and the value that it stands for."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator


def matching(is_right: Callable[[str], object], sentence: str) -> BeforeValidator:
    """A check of the variable's text; `{!r}` in the sentence stands for that text."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not is_right(value):
            raise ValueError(sentence.format(value))
        return value

    return BeforeValidator(check)


def _is_site(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme in ("http", "https") and parts.hostname and not parts.query + parts.fragment)


def _are_networks(text: str) -> bool:
    """Whether uvicorn takes each part for an address or a network; it takes any other text for a name."""
    if text == EVERY_PROXY:
        return True
    parts = [part.strip() for part in text.split(",")]
    try:
        return bool([ip_network(part) for part in parts if part])
    except ValueError:
        return False


def _split(value: Any) -> Any:
    return filter(None, map(str.strip, value.split(","))) if isinstance(value, str) else value


@dataclass(frozen=True)
class Address:
    """Where a server listens; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _address(value: Any) -> Any:
    """The address that a text stands for: a port alone is this machine's own."""
    if not isinstance(value, str):
        return value
    found = ADDRESS.fullmatch(value)
    if found is None or int(found["port"]) > MAX_PORT:
        raise ValueError(f"is {value!r}; it must be a port, or an address with one: 127.0.0.1:9464")
    return Address((found["host"] or LOOPBACK).strip("[]"), int(found["port"]))


LOOPBACK = "127.0.0.1"
MAX_PORT = 65_535
ADDRESS = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):)?(?P<port>[0-9]{1,5})")
COUNT = re.compile("0*[1-9][0-9]*")
SECRET = re.compile(".{32,}", re.DOTALL)
MODES = ("development", "production")
LOG_FORMATS = ("text", "json")
EVERY_PROXY = "*"

Count = Annotated[int, matching(COUNT.fullmatch, "is {!r}; it must be a whole number above 0")]
Flag = Annotated[bool, matching(("0", "1").__contains__, "is {!r}; it must be 1 or 0")]
Folder = Annotated[Path, matching(os.path.isdir, "is {!r}; there is no such folder")]
ListenAddress = Annotated[Address, BeforeValidator(_address)]
LogFormat = Annotated[str, matching(LOG_FORMATS.__contains__, "is {!r}; it must be text or json")]
Mode = Annotated[str, matching(MODES.__contains__, "is {!r}; it must be development or production")]
Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
Networks = Annotated[
    str,
    matching(
        _are_networks,
        "is {!r}; it must be addresses and networks such as 127.0.0.1,10.0.0.0/8 (in a network all bits "
        "after the prefix are zero), or * if only your proxy reaches the server",
    ),
]
Secret = Annotated[str, matching(SECRET.fullmatch, "is too short for a secret; it needs 32 characters")]
Site = Annotated[
    str,
    matching(_is_site, "is {!r}; it must look like https://booking.example.com"),
    AfterValidator(lambda text: text.rstrip("/")),
]
