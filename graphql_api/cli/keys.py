"""`book-online keys`: the keys of partners and of web sites."""

import argparse
from datetime import timedelta

from booking.api_keys import SITE_KEY_PREFIX, create_key, create_site_key, revoke_key, rotate_key
from booking.storage.models.api_keys import ApiKey, Scope, SiteKey
from booking.storage.queries.api_keys import all_keys
from graphql_api.cli.command import Commands, add_command, add_verbs
from graphql_api.cli.transaction import in_transaction
from graphql_api.settings import Settings

GRACE_DAYS = 7


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "keys", "keys for partners and for web sites")

    create = add_command(verbs, "create", _create, "make a key; its secret is shown once")
    create.add_argument("--name", required=True, help="who it is for")
    kind = create.add_mutually_exclusive_group(required=True)
    kind.add_argument("--scopes", help=f"what it is for, with commas: {', '.join(Scope)}")
    kind.add_argument(
        "--site", action="append", help="a web site that embeds the widget: https://www.example.com"
    )

    add_command(verbs, "list", _list, "all keys, without secrets")

    rotate = add_command(verbs, "rotate", _rotate, "give a key a new secret")
    rotate.add_argument("id", help="of the key, as `list` shows it")
    rotate.add_argument(
        "--grace", type=int, default=GRACE_DAYS, metavar="DAYS", help="the old one works so long"
    )

    revoke = add_command(verbs, "revoke", _revoke, "end a key, at once and for ever")
    revoke.add_argument("id", help="of the key, as `list` shows it")


def _create(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.site:
        site = in_transaction(
            settings, lambda session, now: create_site_key(session, arguments.name, arguments.site, now=now)
        )
        print(f"{SITE_KEY_PREFIX}{site.id}")
        return 0
    scopes = [scope.strip() for scope in arguments.scopes.split(",")]
    key, secret = in_transaction(
        settings, lambda session, now: create_key(session, arguments.name, scopes, now=now)
    )
    print(f"Key {key.id} for {key.name}. Its secret is shown only now:\n{secret}")
    return 0


def _list(_arguments: argparse.Namespace, settings: Settings) -> int:
    keys = in_transaction(settings, lambda session, _now: all_keys(session))
    for key in keys:
        print("\t".join(_row(key)))
    if not keys:
        print("There are no keys. `book-online keys create` makes one.")
    return 0


def _rotate(arguments: argparse.Namespace, settings: Settings) -> int:
    grace = timedelta(days=arguments.grace)
    secret = in_transaction(
        settings, lambda session, now: rotate_key(session, arguments.id, grace=grace, now=now)
    )
    print(f"The secret before works for {arguments.grace} days. The new one is shown only now:\n{secret}")
    return 0


def _revoke(arguments: argparse.Namespace, settings: Settings) -> int:
    key = in_transaction(settings, lambda session, now: revoke_key(session, arguments.id, now=now))
    print(f"The key of {key.name} is good for nothing any more.")
    return 0


def _row(key: ApiKey | SiteKey) -> list[str]:
    if isinstance(key, SiteKey):
        columns = [SITE_KEY_PREFIX + key.id, key.name, " ".join(key.origins)]
    else:
        used = f"last used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
        columns = [key.id, key.name, " ".join(key.scopes), used]
    return [*columns, f"revoked {key.revoked_at:%Y-%m-%d}"] if key.revoked_at else columns
