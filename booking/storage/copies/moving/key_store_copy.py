"""The key store of a clinic that moves: wrapped keys, copied as they are, and those that were destroyed."""

from sqlalchemy import Connection

from booking.storage.copies.key_store_backup import keys_table
from booking.storage.copies.moving.places import errors_at_target, on_both
from booking.storage.copies.restore import NotEmpty
from booking.storage.copies.tables import (
    CannotCopy,
    batches_of,
    digest_of,
    row_writer,
)
from booking.storage.key_store.location import make_key_database
from booking.storage.key_store.table import KEY_STORE
from booking.storage.migrations.upgrade import on_database


async def prepare_target_keys(clinic_url: str, url: str) -> None:
    """Make the database and its table.

    Raises:
        NotEmpty: it holds keys.
        KeyProblem: its database may not be made.
    """

    def prepare(connection: Connection) -> None:
        KEY_STORE.create_all(connection)
        if digest_of(connection, keys_table(connection)).rows:
            raise NotEmpty(
                "the place for the key store holds data keys already: delete it, or name another place with "
                "--keys-to (nothing was changed)"
            )

    await make_key_database(clinic_url, url)
    await on_database(url, prepare, writes=True, creates=True)


async def copy_key_store(source_url: str, target_url: str) -> int:
    """Copy in one transaction, unless a run before did; return the number of keys.

    Raises:
        CannotCopy: the target holds other keys.
    """

    def copy(source: Connection, target: Connection) -> int:
        ours = keys_table(source)
        expected = digest_of(source, ours)
        with errors_at_target(target_url):
            theirs = keys_table(target)
            if not digest_of(target, theirs).rows:
                write = row_writer(target, theirs)
                for batch in batches_of(source, ours):
                    write(batch)
            found = digest_of(target, theirs)
            if (found.rows, found.hexdigest()) != (expected.rows, expected.hexdigest()):
                raise CannotCopy(
                    "the key store of the target holds other keys: `book-online move --give-up`, and name "
                    "another place with --keys-to"
                )
            target.commit()
        return expected.rows

    return await on_both(source_url, target_url, copy)
