"""What the clinic would read about its patients."""

import uuid

from sqlalchemy import select

from booking.patients.contacts import PatientContact, contacts_by_id, topics_by_appointment
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Patient


async def all_contacts(database: Database) -> list[PatientContact]:
    """The contact details of each booking whose patient isn't erased, in the order of the bookings."""
    async with database.read() as session:
        ids = (await session.scalars(select(Patient.id).order_by(Patient.created_at))).all()
        contacts = await contacts_by_id(session, ids)
    return [contacts[patient] for patient in ids if patient in contacts]


async def topics_of(database: Database, appointment: uuid.UUID) -> list[str]:
    async with database.read() as session:
        row = await session.get_one(Appointment, appointment)
        return (await topics_by_appointment(session, [row]))[appointment]


async def all_topics(database: Database) -> list[list[str]]:
    """What the practitioner talks about at each visit, in order of time."""
    async with database.read() as session:
        rows = (await session.scalars(select(Appointment).order_by(Appointment.starts_at))).all()
        topics = await topics_by_appointment(session, rows)
    return [topics[row.id] for row in rows]
