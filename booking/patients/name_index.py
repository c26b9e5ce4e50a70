"""What is stored of a name, so that it is found again by the beginnings of its words."""

import uuid
from datetime import datetime

from booking.encryption.cipher import DataKey
from booking.encryption.name_index import name_token, same_name_index
from booking.patients.name_words import indexed_beginnings, name_words
from booking.storage.queries.desk.names import IndexedName


def indexed_name(key: DataKey, name: str, patient: uuid.UUID, booked_at: datetime) -> IndexedName:
    """`key` is the clinic's for `KeyPurpose.NAME_INDEX`."""
    tokens = {name_token(key, beginning) for beginning in indexed_beginnings(name)}
    return IndexedName(patient, booked_at, same_name_index(key, name_words(name)), sorted(tokens))
