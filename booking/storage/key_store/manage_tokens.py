"""Tokens of manage links that wait in the outbox for their mail, encrypted."""

import uuid

from booking.encryption.cipher import Ciphertext, Place
from booking.storage.key_store.data_keys import DataKeys, KeyPurpose


async def encrypted_manage_token(data_keys: DataKeys, event: uuid.UUID, token: str) -> Ciphertext:
    """As the deliveries of the event store it."""
    return (await data_keys.clinic_key(KeyPurpose.MANAGE_TOKEN)).encrypt(token, _place(event))


async def decrypted_manage_token(data_keys: DataKeys, event: uuid.UUID, encrypted: bytes) -> str:
    return (await data_keys.clinic_key(KeyPurpose.MANAGE_TOKEN)).decrypt(encrypted, _place(event))


def _place(event: uuid.UUID) -> Place:
    return Place("outbox_deliveries.manage_token", event)
