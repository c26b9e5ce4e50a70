"""Notes for the front desk on a visit: for staff alone, and no health record."""

import uuid
from datetime import datetime

from booking.appointments.lookup import check_version, lock_visit
from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.domain.contact import trim
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.patients.contacts import notes_by_appointment, patient_key
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.session import BookingSession

MAX_NOTE = 500


async def write_note(
    session: BookingSession,
    appointment: uuid.UUID,
    text: str,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    only_practitioner: str | None = None,
) -> Appointment:
    """Replace the note of a visit; an empty text removes it. The text that it has changes nothing.

    `version` is the one that was seen; None takes any. With `only_practitioner` (slug) all other visits are
    unknown.

    Raises:
        InvalidInput: the text is too long, or the patient is erased.
        NotFound: there is no such visit.
        ChangedMeanwhile: somebody has changed it since that version.
        KeyProblem, TryAgain, UnreadableValue: the note of now can't be read, or the new one not encrypted.
    """
    note = check_note(text)
    row = await lock_visit(session, appointment, only_practitioner=only_practitioner)
    if note == (await notes_by_appointment(session, [row])).get(row.id, ""):
        return row
    check_version(row, version)
    key = await patient_key(session, row.patient)
    if key is None:
        message = "The data of this patient were erased: nothing can be noted."
        raise InvalidInput(message, path=("text",), code=InvalidInputCode.CONFLICT)
    row.desk_note = key.encrypt_note(row.id, note) if note else None
    await session.flush()
    detail = "note written" if note else "note removed"
    await record_audit(session, actor, AuditAction.UPDATE, [row.patient], detail=detail, now=now)
    return row


def check_note(text: str, path: str = "text") -> str:
    """The note as plain text: trimmed, its lines as they were typed, without control characters.

    Raises:
        InvalidInput: it is too long.
    """
    lines = text[: 4 * MAX_NOTE].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    note = trim("\n".join("".join(map(_shown, line)) for line in lines))
    if len(text) > 4 * MAX_NOTE or len(note) > MAX_NOTE:
        message = f"Please keep the note to {MAX_NOTE} characters."
        raise InvalidInput(message, path=(path,), code=InvalidInputCode.TOO_LONG)
    return note


def _shown(char: str) -> str:
    return char if char.isprintable() else " "
