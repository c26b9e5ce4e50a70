"""URLs of PostgreSQL in libpq's words, for asyncpg: TLS, several hosts, time limits.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.engine import URL, make_url

from booking.domain.error_text import did_you_mean

DEFAULT_PORT = 5432
MAX_PORT = 65_535
WRONG_PORT = f"DATABASE_URL: a port must be a number from 1 to {MAX_PORT}"
CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    # asyncpg has neither, so that a demand for them must not be passed over.
    "channel_binding": ("disable", "prefer"),
    "gssencmode": ("disable", "prefer"),
    "pgbouncer": ("true", "false"),
}
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
DSN_WORDS = {
    *("application_name", "options", "passfile", "service", "sslmode", "sslpassword", "sslnegotiation"),
    *("user", "password", "dbname", "database"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs", *FILES),
}
"""asyncpg reads them in a URL of its own, as libpq does."""
IGNORED_WORDS = {
    *("channel_binding", "gssencmode", "client_encoding", "fallback_application_name", "sslcompression"),
    *("sslsni", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
    "tcp_user_timeout",
}
"""They tune the connection of libpq and change nothing here."""
DRIVER_WORDS = {"ssl", "prepared_statement_cache_size"}
"""SQLAlchemy hands them to asyncpg as they are."""
OWN_WORDS = {"connect_timeout", "host", "pgbouncer", "port"}
WORDS = DSN_WORDS | IGNORED_WORDS | DRIVER_WORDS | OWN_WORDS
SYSTEM_CERTIFICATES = "system"

NETWORK_LOCATION = re.compile(r"(?P<before>[\w+]+://(?:[^@]*@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<after>[/?].*)?")
HOST = re.compile(r"(\[(?P<ipv6>[^\]]+)\]|(?P<name>/[^,]*|[^:,/]+))(:(?P<port>[0-9]+))?")


class UnusableUrl(ValueError):
    """DATABASE_URL can't be used; the message says what it must be, and quotes no password."""


def parse_url(text: str) -> URL:
    """The URL; several hosts (`a:5432,b:5432`) stand in its query.

    Raises:
        UnusableUrl: it is no URL, or its port is no number.
        ArgumentError: it is no URL at all.
    """
    hosts = NETWORK_LOCATION.fullmatch(text)
    if hosts is None:
        url = make_url(text)
        if url.port is not None and not 0 < url.port <= MAX_PORT:
            raise UnusableUrl(WRONG_PORT)
        return url
    url = make_url(f"{hosts['before']}{hosts['after'] or ''}")
    return url.update_query_pairs([("host", hosts["hosts"])])


def connection_arguments(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL without the words that SQLAlchemy doesn't know, and the arguments of asyncpg for these.

    Raises:
        UnusableUrl: a word is unknown, or its value can't be used.
    """
    words = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    _check(words)
    arguments: dict[str, Any] = {}
    plain_url = url.difference_update_query(words.keys() - DRIVER_WORDS)
    if "host" in words:
        arguments["host"], arguments["port"] = _hosts(words["host"], words.get("port", ""))
        plain_url = plain_url.set(host=None, port=None)
    if "connect_timeout" in words and (seconds := int(words["connect_timeout"])):
        arguments["timeout"] = max(seconds, 2)  # as libpq does
    if words.get("sslrootcert") == SYSTEM_CERTIFICATES:
        arguments["ssl"] = ssl.create_default_context()
        words = {name: value for name, value in words.items() if name not in ("sslmode", "sslrootcert")}
    if dsn := {name: value for name, value in words.items() if name in DSN_WORDS}:
        arguments["dsn"] = f"postgresql://?{urlencode(dsn)}"
    return plain_url, arguments


def _check(words: Mapping[str, str]) -> None:
    for name, value in words.items():
        if name not in WORDS:
            hint = did_you_mean(name, WORDS) or "; it takes libpq's words, such as sslmode"
            raise UnusableUrl(f"DATABASE_URL has the unknown word {name!r}{hint}")
        if name in CHOICES and value not in CHOICES[name]:
            raise UnusableUrl(f"DATABASE_URL: {name} must be one of {', '.join(CHOICES[name])}")
        if name in FILES and value != SYSTEM_CERTIFICATES and not Path(value).is_file():
            raise UnusableUrl(f"DATABASE_URL: {name} must name a file, and there is no file {value}")
    if not words.get("connect_timeout", "0").isdecimal():
        raise UnusableUrl("DATABASE_URL: connect_timeout must be a whole number of seconds")
    if (
        words.get("sslrootcert") == SYSTEM_CERTIFICATES
        and words.get("sslmode", "verify-full") != "verify-full"
    ):
        raise UnusableUrl("DATABASE_URL: sslrootcert=system needs sslmode=verify-full")


def _hosts(hosts: str, ports: str) -> tuple[list[str], list[int]]:
    """The hosts, and a port for each: its own, or that of the same place in `ports`, or 5432."""
    found = [HOST.fullmatch(host) for host in hosts.split(",")]
    given = ports.split(",") if ports else [""]
    given = given * len(found) if len(given) == 1 else given
    if not all(found) or len(given) != len(found):
        raise UnusableUrl("DATABASE_URL: several hosts look like a.example:5432,b.example:5432")
    pairs = [
        (host["ipv6"] or host["name"], host["port"] or port or str(DEFAULT_PORT))
        for host, port in zip(found, given, strict=True)
        if host
    ]
    if not all(port.isdecimal() and 0 < int(port) <= MAX_PORT for _, port in pairs):
        raise UnusableUrl(WRONG_PORT)
    return [host for host, _ in pairs], [int(port) for _, port in pairs]
