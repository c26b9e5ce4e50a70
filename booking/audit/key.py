"""The key of the audit trail's HMACs."""

from booking.audit.chain import Hmac
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.session import BookingSession


async def audit_hmac(session: BookingSession) -> Hmac:
    """
    Raises:
        KeyProblem, TryAgain: the key store can't be used.
    """
    return (await session.data_keys.clinic_key(KeyPurpose.AUDIT)).hmac
