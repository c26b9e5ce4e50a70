"""The checks of `book-online doctor` that need the clinic's database."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from booking.audit.copies import CopyEvent, last_copy_at
from booking.catalogue.clinic_file.parser import ClinicFileError, enabled_features
from booking.storage.database import Database
from booking.storage.key_store.reference import key_store_reference
from booking.storage.migrations.upgrade import is_migrated, with_connection
from booking.storage.queries.clock import current_time
from booking.storage.queries.outbox import ListenerStatus, listener_statuses
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import read_clinic_file
from graphql_api.cli.maintenance.findings import Level, Said
from graphql_api.cli.transaction import read_database
from graphql_api.cli.values import SECOND
from graphql_api.limits.shared_limits import try_exchange
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import feature_of_others, features_with_tables

MAX_CLOCK_DIFFERENCE = timedelta(seconds=2)
MAX_WAIT = timedelta(hours=1)
"""For which a mail may wait before something is wrong."""
MAX_BACKUP_AGE = timedelta(days=2)


def database(settings: Settings, _now: datetime) -> Said:
    if is_migrated(settings.database_url):
        yield Level.OK, "it answers, and has the tables of this version"
    else:
        yield (
            Level.PROBLEM,
            "it is new, or of an earlier version: `book-online load` makes today's tables",
        )


def clock(settings: Settings, _now: datetime) -> Said:
    asked_at = system_clock()
    shown = read_database(settings, current_time)
    # To connect and to ask takes time, in which the database looked at its clock once.
    nearest = min(max(shown, asked_at), system_clock())
    yield clock_finding(shown - nearest)


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


def keys(settings: Settings, _now: datetime) -> Said:
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


def outbox(settings: Settings, now: datetime) -> Said:
    statuses = read_database(settings, listener_statuses)
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


def backup(settings: Settings, now: datetime) -> Said:
    yield _age_of_backup(settings, now, CopyEvent.BACKED_UP, "backup")


def keys_backup(settings: Settings, now: datetime) -> Said:
    yield _age_of_backup(settings, now, CopyEvent.KEYS_BACKED_UP, "data-keys backup")


def _age_of_backup(settings: Settings, now: datetime, event: CopyEvent, command: str) -> tuple[Level, str]:
    made_at = read_database(settings, partial(last_copy_at, event=event))
    if made_at is None:
        makes = f"`book-online {command} FILE` makes one (docs/how-to/back-up.md)"
        return Level.PROBLEM, f"none was made yet: {makes}"
    if now - made_at > MAX_BACKUP_AGE:
        age = f"the last is {(now - made_at).days} days old"
        return Level.PROBLEM, f"{age}: is the nightly `book-online {command}` still run?"
    return Level.OK, f"the last was made at {made_at:{SECOND}} UTC"


def features(settings: Settings, _now: datetime) -> Said:
    """Whether this server has what others have had. A file with mistakes has a finding of its own."""
    with suppress(OSError, ClinicFileError, InvalidSetting):
        here = [
            name
            for name in enabled_features(read_clinic_file(settings.clinic_file))
            if name not in settings.without_features
        ]
        listeners = [each.name for each in read_database(settings, listener_statuses)]
        heard = {name.partition(".")[0] for name in listeners if "." in name}
        others = (features_with_tables(settings.database_url) | heard).difference(here)
        yield from ((Level.NOTE, feature_of_others(name)) for name in sorted(others))
        if not others:
            names = ", ".join(here) or "none"
            yield Level.OK, f"enabled here: {names}, as each server of the clinic should have it"


def limits(settings: Settings, _now: datetime) -> Said:
    async def check() -> bool:
        database = Database(settings.database_url)
        try:
            if database.can_have_replicas:
                await try_exchange(database)
            return database.can_have_replicas
        finally:
            await database.close()

    if asyncio.run(check()):
        yield Level.OK, "servers can tell each other what clients have spent"
    else:
        yield Level.OK, "one server counts what clients spend, as it should with SQLite"
