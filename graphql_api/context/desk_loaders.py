"""Loaders of what the front desk sees of patients, for keys of the clinic's own software."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from strawberry.dataloader import DataLoader

from booking.audit.looks import record_looks, unrecorded_looks
from booking.domain.actor import Actor
from booking.patients.contacts import (
    PatientContact,
    contacts_by_id,
    notes_by_appointment,
    topics_by_appointment,
)
from booking.scheduling.resources import resources_of
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.ticks import Resource
from booking.storage.queries.desk.people import patients_with_notes


class DeskLoaders:
    """Each look at a patient is in the audit trail before anything is shown, once in twelve hours."""

    def __init__(self, database: Database, now: datetime, actor: Actor | None) -> None:
        """`actor` is the key; without one, nothing is loaded."""
        self._database = database
        self._now = now
        self._actor = actor
        self.patients: DataLoader[uuid.UUID, PatientContact | None] = DataLoader(load_fn=self._patients)
        self.notes: DataLoader[Appointment, str | None] = DataLoader(load_fn=self._notes, cache_key_fn=_id_of)
        self.has_topics: DataLoader[Appointment, bool] = DataLoader(
            load_fn=self._has_topics, cache_key_fn=_id_of
        )
        self.resources: DataLoader[uuid.UUID, Sequence[Resource]] = DataLoader(load_fn=self._resources)

    async def _patients(self, keys: list[uuid.UUID]) -> list[PatientContact | None]:
        async with self._database.read() as session:
            contacts = await contacts_by_id(session, keys)
        await self.record_looks_at(contacts, "Appointment.patient")
        return [contacts.get(key) for key in keys]

    async def _notes(self, rows: list[Appointment]) -> list[str | None]:
        async with self._database.read() as session:
            notes = await notes_by_appointment(session, rows)
        await self.record_looks_at([row.patient for row in rows if row.id in notes], "Appointment.note")
        return [notes.get(row.id) for row in rows]

    async def _has_topics(self, rows: list[Appointment]) -> Sequence[bool]:
        async with self._database.read() as session:
            topics = await topics_by_appointment(session, rows)
            noted = await patients_with_notes(session, {row.patient for row in rows})
        return [bool(topics.get(row.id)) or row.patient in noted for row in rows]

    async def _resources(self, keys: list[uuid.UUID]) -> list[Sequence[Resource]]:
        async with self._database.read() as session:
            resources = await resources_of(session, keys)
        return [resources[key] for key in keys]

    async def record_looks_at(self, patients: Iterable[uuid.UUID], detail: str) -> None:
        """Call it before anything of them is shown. `detail` says in fixed words what is seen."""
        assert self._actor is not None
        shown, actor, now = list(patients), self._actor, self._now
        async with self._database.read() as session:
            new = await unrecorded_looks(session, actor, shown, detail=detail, now=now)
        if new:
            async with self._database.write() as session:
                await record_looks(session, actor, new, detail=detail, now=now)


def _id_of(row: Appointment) -> uuid.UUID:
    return row.id
