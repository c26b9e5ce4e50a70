"""Blind indexes: the same address always has the same HMAC, from which nobody can tell the address."""

from booking.encryption.cipher import DataKey


def email_index(key: DataKey, email: str) -> bytes:
    """Of a normalised address. Upper and lower case are the same: hardly a mail server tells them apart."""
    return key.hmac(b"email\n" + email.casefold().encode())


def phone_index(key: DataKey, phone: str) -> bytes:
    """Of a number in E.164, without its extension."""
    return key.hmac(b"phone\n" + phone.partition(";")[0].encode())
