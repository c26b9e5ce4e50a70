"""Quick hashes of passwords, and an owner who signs in with one."""

import pytest
from argon2 import PasswordHasher

from booking.staff import passwords
from booking.storage.database import Database
from tests.booking.staff.clinic_staff import open_with_owner
from tests.booking.staff.passwords_of_staff import Authenticator, set_up


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clinic's hash takes a twentieth of a second, and 64 MiB."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._hash_of_nothing.cache_clear()


@pytest.fixture
async def app(database: Database) -> Authenticator:
    """The owner's, in the small clinic."""
    return await set_up(database, await open_with_owner(database))
