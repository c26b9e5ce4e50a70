"""The session: one short transaction, with the catalogue's cache and the features' hooks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from booking.domain.hookspecs import FeatureHooks
from booking.encryption.key_ring import KeyProblem
from booking.storage.caches.catalogue_cache import CatalogueCache
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.models.catalogue.clinic import Clinic


class TransactionEnded(Exception):
    """A hook tried to commit, roll back or close the session that it was called in."""


class GuardedSession(Session):
    """Refuses to end its transaction while a hook is called in it."""

    is_guarded = False

    def commit(self) -> None:
        self._refuse_if_guarded()
        super().commit()

    def rollback(self) -> None:
        self._refuse_if_guarded()
        super().rollback()

    def close(self) -> None:
        self._refuse_if_guarded()
        super().close()

    def _refuse_if_guarded(self) -> None:
        if self.is_guarded:
            raise TransactionEnded


class BookingSession(AsyncSession):
    """SQLAlchemy's session, with the clinic, values derived from its catalogue, and features' hooks."""

    sync_session_class = GuardedSession
    sync_session: GuardedSession

    def __init__(
        self,
        *binds: Any,
        catalogue_cache: CatalogueCache,
        data_keys: DataKeys | None = None,
        features: Sequence[FeatureHooks] = (),
        clinic: Clinic | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*binds, **options)
        self.catalogue_cache = catalogue_cache
        self._data_keys = data_keys
        self.features = features
        self.clinic = clinic
        """Referenced here, because the session holds its rows weakly. None: not read yet."""
        self.next_hold_expiry: datetime | None = None
        """When the first of the holds expires that this session read as reserved time."""

    @property
    def data_keys(self) -> DataKeys:
        """The keys of patients' data.

        Raises:
            KeyProblem: the database was opened without them.
        """
        if self._data_keys is None:
            raise KeyProblem("this database was opened without data keys: patients' data stay closed")
        return self._data_keys

    @contextmanager
    def transaction_guarded(self) -> Iterator[None]:
        """Code that runs inside can't end the transaction.

        Raises:
            TransactionEnded: the transaction ended all the same, by a statement of the hook.
        """
        guard, transaction = self.sync_session, self.sync_session.get_transaction()
        before, guard.is_guarded = guard.is_guarded, True
        try:
            yield
        finally:
            guard.is_guarded = before
        if transaction is not None and not transaction.is_active:
            raise TransactionEnded
