"""`book-online keys`: the keys of partners and of web sites."""

import argparse
from datetime import datetime, timedelta

from booking.api_keys import SITE_KEY_PREFIX, create_key, create_site_key, revoke_key, rotate_key
from booking.storage.models.api_keys import ApiKey, Scope, SiteKey
from booking.storage.queries.secrets import all_keys
from booking.storage.session import BookingSession
from graphql_api.cli.command import (
    Commands,
    add_command,
    add_json,
    add_list,
    add_verbs,
    as_json,
    json_of,
    table,
)
from graphql_api.cli.transaction import in_transaction

GRACE_DAYS = 7


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "keys", "keys for partners and for web sites")

    create = add_command(verbs, "create", in_transaction(_create), "make a key; its secret is shown once")
    add_json(create)
    create.add_argument("--name", required=True, help="who it is for")
    kind = create.add_mutually_exclusive_group(required=True)
    kind.add_argument("--scopes", help=f"what it is for, with commas: {', '.join(Scope)}")
    kind.add_argument(
        "--site", action="append", help="a web site that embeds the widget: https://www.example.com"
    )

    add_list(verbs, in_transaction(_list), "all keys, without secrets")

    rotate = add_command(verbs, "rotate", in_transaction(_rotate), "give a key a new secret")
    rotate.add_argument("id", help="of the key, as `list` shows it")
    rotate.add_argument(
        "--grace", type=int, default=GRACE_DAYS, metavar="DAYS", help="the old one works so long"
    )
    add_json(rotate)

    revoke = add_command(verbs, "revoke", in_transaction(_revoke), "end a key, at once and for ever")
    revoke.add_argument("id", help="of the key, as `list` shows it")


async def _create(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    if arguments.site:
        site = await create_site_key(session, arguments.name, arguments.site, now=now)
        return json_of(_object(site)) if arguments.json else f"{SITE_KEY_PREFIX}{site.id}"
    scopes = [scope.strip() for scope in arguments.scopes.split(",")]
    key, secret = await create_key(session, arguments.name, scopes, now=now)
    if arguments.json:
        return json_of({**_object(key), "secret": secret})
    return f"Key {key.id} for {key.name}. Its secret is shown only now:\n{secret}"


async def _list(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    keys = await all_keys(session)
    if arguments.json:
        return as_json(map(_object, keys))
    return table(map(_row, keys), if_empty="There are no keys. `book-online keys create` makes one.")


async def _rotate(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    grace = timedelta(days=arguments.grace)
    secret = await rotate_key(session, arguments.id, grace=grace, now=now)
    if arguments.json:
        return json_of({"id": arguments.id, "secret": secret, "grace_days": arguments.grace})
    return f"The secret before works for {arguments.grace} days. The new one is shown only now:\n{secret}"


async def _revoke(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    key = await revoke_key(session, arguments.id, now=now)
    return f"The key of {key.name} is good for nothing any more."


def _row(key: ApiKey | SiteKey) -> list[str]:
    if isinstance(key, SiteKey):
        columns = [SITE_KEY_PREFIX + key.id, key.name, " ".join(key.origins)]
    else:
        used = f"last used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
        columns = [key.id, key.name, " ".join(key.scopes), used]
    return [*columns, f"revoked {key.revoked_at:%Y-%m-%d}"] if key.revoked_at else columns


def _object(key: ApiKey | SiteKey) -> dict[str, object]:
    """`scopes` of a partner's key, `sites` of a web site's."""
    if isinstance(key, SiteKey):
        columns: dict[str, object] = {"id": SITE_KEY_PREFIX + key.id, "name": key.name, "sites": key.origins}
    else:
        columns = {"id": key.id, "name": key.name, "scopes": key.scopes, "last_used_at": key.last_used_at}
    return {**columns, "created_at": key.created_at, "revoked_at": key.revoked_at}
