"""Reading the audit trail: its head, and the events of one patient."""

import uuid
from collections.abc import Collection, Sequence

from booking.audit.chain import TrailHead
from booking.storage.models.audit import AuditEvent
from booking.storage.queries.audit import audit_head, events_of_patients
from booking.storage.session import BookingSession


async def head_of_trail(session: BookingSession) -> TrailHead:
    """The newest event, to be kept where neither the database nor its keys are."""
    row = await audit_head(session)
    return TrailHead(row["sequence"], row["event_hmac"])


async def audit_of_patient(session: BookingSession, patients: Collection[uuid.UUID]) -> Sequence[AuditEvent]:
    """Each view and change of a person's data, in order; a person who booked twice is two patients."""
    return await events_of_patients(session, patients)
