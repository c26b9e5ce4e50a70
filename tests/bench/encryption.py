"""Bookings with encrypted contact details, beside the same bookings whose details are stored as they are."""

import uuid
from datetime import datetime

from booking.encryption.cipher import Ciphertext, DataKey, Place
from booking.storage.database import Database
from booking.storage.key_store.data_keys import DataKeys, KeyPurpose
from graphql_api.settings import Settings
from tests.bench.booking import booking_client
from tests.bench.support.measure import Row, at_most, medians

MAX_COST = 1.05
ROUNDS = 21


class PlainKey(DataKey):
    """Encrypts nothing."""

    def encrypt(self, text: str, place: Place) -> Ciphertext:
        return Ciphertext(text.encode())

    def hmac(self, message: bytes) -> bytes:
        return message


class PlainDataKeys(DataKeys):
    """Keys without a key store: a booking costs what it did before its details were encrypted."""

    async def new_key(self, *, now: datetime) -> DataKey:
        return PlainKey(uuid.uuid4(), b"")

    async def clinic_key(self, purpose: KeyPurpose) -> DataKey:
        return PlainKey(uuid.UUID(int=1), b"")


async def cost(encrypted: str, plain: str, kind: str) -> Row:
    """For two fresh databases of this kind."""
    settings = Settings(plain)
    without = Database(plain, PlainDataKeys(settings.data_keys().database.url, settings.read_key_ring))
    async with booking_client(encrypted) as ours, booking_client(plain, database=without) as theirs:
        other, mine, ratio = await medians(theirs.rate, ours.rate, rounds=ROUNDS)
    work = f"booking with encryption, {kind}, durable"
    pair = "the same booking without"
    return Row(work, *at_most(ratio, MAX_COST), f"{mine:.0f}/s", f"{other:.0f}/s", pair)
