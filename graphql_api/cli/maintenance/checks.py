"""The checks of `book-online doctor`: each finds what is wrong with one part, and what to do."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.i18n.locales import locales
from booking.notifications.smtp import TemporaryMailFailure
from booking.storage.connection.sqlite_dialect import DRIVER
from booking.storage.connection.sqlite_files import files_readable_by_others, path_of
from booking.storage.engine import database_url
from booking.timegrid.zone_data import zone_data_warning, zone_release
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import explained
from graphql_api.cli.maintenance import database_checks
from graphql_api.cli.maintenance.findings import Finding, Level, Said
from graphql_api.settings import Settings, variable_name
from graphql_api.settings.values import EVERY_PROXY

MIN_FREE_BYTES = 512 << 20


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
            if check.run is database_checks.database and finding.level is Level.PROBLEM:
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


CHECKS = (
    _Check("settings", _settings),
    _Check("clinic file", _clinic_file),
    _Check("database", database_checks.database),
    _Check("files", _files),
    _Check("disk", _disk),
    _Check("clock", database_checks.clock, needs_database=True),
    _Check("keys", database_checks.keys, needs_database=True),
    _Check("mail server", _mail),
    _Check("outbox", database_checks.outbox, needs_database=True),
    _Check("backup", database_checks.backup, needs_database=True),
    _Check("key store backup", database_checks.keys_backup, needs_database=True),
    _Check("features", database_checks.features, needs_database=True),
    _Check("limits", database_checks.limits, needs_database=True),
    _Check("proxies", _proxies),
    _Check("time zones", _zones),
)
