"""Whom a booking by phone is for: a regular who is found, and the one who was chosen."""

import uuid
from collections.abc import Sequence

from booking.domain.errors import InvalidInput
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.patients.person import Person
from booking.patients.search import search_people
from booking.storage.queries.desk.staff_changes import has_visit_with
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest

MAX_PEOPLE = 6


async def chosen_patient(
    session: BookingSession, request: DeskRequest, id: uuid.UUID | None
) -> PatientContact | None:
    """The regular who was chosen; None if there is no such patient, or it is another practitioner's."""
    if id is None:
        return None
    own = request.only_practitioner
    if own is not None and not await has_visit_with(session, id, own):
        return None
    return (await contacts_by_id(session, [id])).get(id)


async def found_people(session: BookingSession, request: DeskRequest, typed: str) -> Sequence[Person]:
    """Nobody where the text is too long to be searched for."""
    try:
        return await search_people(
            session,
            typed,
            only_practitioner=request.only_practitioner,
            now=request.now,
            limit=MAX_PEOPLE,
        )
    except InvalidInput:
        return []
