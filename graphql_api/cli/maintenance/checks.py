"""The checks of `book-online doctor`: each finds what is wrong with one part, and what to do."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from booking.audit.copies import last_backup_at
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.i18n.locales import locales
from booking.notifications.smtp import TemporaryMailFailure
from booking.storage.connection.sqlite_dialect import DRIVER
from booking.storage.connection.sqlite_files import files_readable_by_others, path_of
from booking.storage.database import Database
from booking.storage.engine import database_url
from booking.storage.key_store.reference import key_store_reference
from booking.storage.migrations.upgrade import is_migrated, with_connection
from booking.storage.queries.clock import current_time
from booking.storage.queries.outbox import ListenerStatus, listener_statuses
from booking.storage.session import BookingSession
from booking.timegrid.zone_data import zone_data_warning, zone_release
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import explained
from graphql_api.cli.values import SECOND
from graphql_api.settings import Settings, variable_name
from graphql_api.settings.values import EVERY_PROXY

T = TypeVar("T")

MIN_FREE_BYTES = 512 << 20
MAX_CLOCK_DIFFERENCE = timedelta(seconds=2)
MAX_WAIT = timedelta(hours=1)
"""For which a mail may wait before something is wrong."""
MAX_BACKUP_AGE = timedelta(days=2)


class Level(StrEnum):
    """`note` is worth knowing, and no problem by itself."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was found; a problem's sentence says what to do."""

    level: Level
    subject: str
    sentence: str


Said = Iterator[tuple[Level, str]]


@dataclass(frozen=True)
class _Check:
    subject: str
    run: Callable[[Settings, datetime], Said]
    needs_database: bool = False


def examine(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """All findings, in the order of the checks: those that need the database, only if it can be used."""
    is_usable = True
    for check in CHECKS:
        if check.needs_database and not is_usable:
            continue
        for finding in _findings(check, settings, now):
            if check.run is _database and finding.level is Level.PROBLEM:
                is_usable = False
            yield finding


def _findings(check: _Check, settings: Settings, now: datetime) -> Iterator[Finding]:
    try:
        for level, sentence in check.run(settings, now):
            yield Finding(level, check.subject, sentence)
    except Exception as reason:
        sentence_of_error = explained(reason, settings)
        if sentence_of_error is None:
            raise
        yield Finding(Level.PROBLEM, check.subject, sentence_of_error)


def _settings(settings: Settings, _now: datetime) -> Said:
    if settings.is_development:
        yield Level.NOTE, f"{variable_name('mode')} is development: visitors can see the playground"
    elif settings.is_site_of_this_machine:
        name = variable_name("site")
        yield (
            Level.PROBLEM,
            f"{name} is {settings.site}, so links in mails lead nowhere: set the public one",
        )
    else:
        yield Level.OK, f"links begin with {settings.site}"


def _clinic_file(settings: Settings, now: datetime) -> Said:
    clinic = clinic_of(settings)
    warnings = clinic_file_warnings(clinic.file, today=now.date(), languages=list(locales()))
    yield from ((Level.NOTE, str(warning)) for warning in warnings)
    if not warnings:
        yield Level.OK, f"{settings.clinic_file} has no mistakes"


def _database(settings: Settings, _now: datetime) -> Said:
    if is_migrated(settings.database_url):
        yield Level.OK, "it answers, and has the tables of this version"
    else:
        yield (
            Level.PROBLEM,
            "it is new, or of an earlier version: `book-online load` makes today's tables",
        )


def _clock(settings: Settings, _now: datetime) -> Said:
    own = system_clock()
    difference = _read(settings, current_time) - own
    yield clock_finding(difference)


def clock_finding(difference: timedelta) -> tuple[Level, str]:
    """By how much the database's clock is ahead of this machine's."""
    seconds = difference.total_seconds()
    if abs(difference) <= MAX_CLOCK_DIFFERENCE:
        return Level.OK, "this machine and the database agree"
    ahead = "ahead of" if seconds > 0 else "behind"
    return Level.PROBLEM, (
        f"the database's clock is {abs(seconds):.0f} s {ahead} this machine's, and decides what can be "
        "booked: let both be set by NTP"
    )


def _files(settings: Settings, _now: datetime) -> Said:
    open_files = [each for file in _sqlite_files(settings) for each in files_readable_by_others(str(file))]
    for file in open_files:
        yield Level.PROBLEM, f"other users of this machine may read {file}: chmod 600 {file}"
    if not open_files:
        yield Level.OK, "no other user of this machine may read the databases"


def _disk(settings: Settings, _now: datetime) -> Said:
    for folder in dict.fromkeys(file.absolute().parent for file in _sqlite_files(settings)):
        yield disk_finding(folder, shutil.disk_usage(folder).free)


def disk_finding(folder: Path, free: int) -> tuple[Level, str]:
    """`free` is in bytes."""
    if free >= MIN_FREE_BYTES:
        return Level.OK, f"{free / 1e9:.1f} GB are free in {folder}"
    return Level.PROBLEM, (
        f"only {free / 1e6:.0f} MB are free in {folder}: make room, or no booking can be written soon"
    )


def _keys(settings: Settings, _now: datetime) -> Said:
    reference = with_connection(settings.database_url, key_store_reference)

    async def check() -> tuple[int, list[str]]:
        keys = settings.data_keys()
        try:
            if reference is not None:
                await keys.check(reference)
            wrapped_by = (await keys.status()).wrapped_by
            return sum(wrapped_by.values()), [key for key in wrapped_by if not keys.current_ring().has(key)]
        finally:
            await keys.close()

    count, missing = asyncio.run(check())
    if missing:
        yield Level.PROBLEM, f"{missing[0]} wraps data keys, and this server has not got it: put it back"
    else:
        yield Level.OK, f"the key store belongs to the database, and its {count} keys can be read"


def _mail(settings: Settings, _now: datetime) -> Said:
    server = settings.mail_server
    if server is None:
        yield Level.NOTE, f"no mail is sent: {variable_name('mail_url')} is not set"
        return
    try:
        server.check_login()
    except TemporaryMailFailure as reason:
        yield Level.PROBLEM, f"{reason}: correct {variable_name('mail_url')}, or ask who runs the mail server"
    else:
        yield Level.OK, f"{server.host}:{server.port} lets this server in; `mail test` sends a mail"


def _outbox(settings: Settings, now: datetime) -> Said:
    statuses = _read(settings, listener_statuses)
    late = [each for each in statuses if each.oldest and now - each.oldest > MAX_WAIT]
    given_up = [each for each in statuses if each.given_up]
    for each in late:
        yield Level.PROBLEM, _late_deliveries(each)
    for each in given_up:
        retry = f"`book-online outbox retry {each.name}` makes them again"
        yield Level.PROBLEM, f"{each.given_up} deliveries to {each.name} were given up: {retry}"
    if not late and not given_up:
        yield Level.OK, f"{sum(each.waiting for each in statuses)} deliveries wait"


def _late_deliveries(status: ListenerStatus) -> str:
    return (
        f"{status.waiting} deliveries to {status.name} wait, the oldest since {status.oldest:{SECOND}} UTC: "
        f"does a server run? `book-online outbox log {status.name}` shows its attempts"
    )


def _backup(settings: Settings, now: datetime) -> Said:
    made_at = _read(settings, last_backup_at)
    if made_at is None:
        yield Level.PROBLEM, "none was made yet: `book-online backup FILE` makes one (docs/how-to/back-up.md)"
    elif now - made_at > MAX_BACKUP_AGE:
        days = (now - made_at).days
        yield Level.PROBLEM, f"the last is {days} days old: is the nightly `book-online backup` still run?"
    else:
        yield Level.OK, f"the last was made at {made_at:{SECOND}} UTC"


def _proxies(settings: Settings, _now: datetime) -> Said:
    name = variable_name("trusted_proxies")
    if settings.trusted_proxies == EVERY_PROXY:
        yield Level.NOTE, f"{name} is *: right only if nothing but the proxy reaches the server"
    else:
        yield (
            Level.OK,
            f"{settings.trusted_proxies} may name the client; add a proxy elsewhere to {name}",
        )


def _zones(_settings: Settings, _now: datetime) -> Said:
    if warning := zone_data_warning():
        yield Level.PROBLEM, warning
    else:
        yield Level.OK, f"release {zone_release()}"


def _sqlite_files(settings: Settings) -> Iterable[Path]:
    """Of the clinic's database and the key store, as far as they are files."""
    for url in (settings.database_url, settings.key_store_url):
        full_url = database_url(url)
        file = path_of(full_url.database or "") if full_url.drivername == DRIVER else None
        if file and file.parent.is_dir():
            yield file


def _read(settings: Settings, read: Callable[[BookingSession], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(settings.database_url)
        try:
            async with database.read() as session:
                return await read(session)
        finally:
            await database.close()

    return asyncio.run(run())


CHECKS = (
    _Check("settings", _settings),
    _Check("clinic file", _clinic_file),
    _Check("database", _database),
    _Check("files", _files),
    _Check("disk", _disk),
    _Check("clock", _clock, needs_database=True),
    _Check("keys", _keys, needs_database=True),
    _Check("mail server", _mail),
    _Check("outbox", _outbox, needs_database=True),
    _Check("backup", _backup, needs_database=True),
    _Check("proxies", _proxies),
    _Check("time zones", _zones),
)
