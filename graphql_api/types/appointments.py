"""Appointments, and the courses that several of them are booked as."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from booking.calendars.ical import appointments_ical
from booking.patients.contacts import PatientContact
from booking.storage.models.api_keys import Scope
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.appointments import AppointmentStatus, CancellationReason
from graphql_api.context.context import Info
from graphql_api.security.viewer import PATIENTS
from graphql_api.types.relay import Node, global_id
from graphql_api.types.slots import AppointmentTime, local

strawberry.enum(
    AppointmentStatus,
    description=(
        "FHIR's AppointmentStatus. A visit of any other than `CANCELLED` stands, and has its time. More may "
        "come."
    ),
)
strawberry.enum(
    CancellationReason,
    description="On whose part a visit was cancelled. More may come: take them as `OTHER`.",
)


@strawberry.type(description="The patient of an appointment (FHIR Patient). It holds no health data.")
class Patient:
    name: str = strawberry.field(description="Their name.")
    email: str = strawberry.field(description="Their e-mail address.")
    phone: str = strawberry.field(
        description="Their phone number in E.164, with an extension as in RFC 3966: `;ext=45`."
    )

    @classmethod
    def of(cls, contact: PatientContact) -> Self:
        return cls(name=contact.name, email=contact.email, phone=contact.phone)


@strawberry.type(description="A booked visit (FHIR Appointment). It holds no screening answers.")
class Appointment(AppointmentTime):
    row: strawberry.Private[AppointmentRow]
    reference: str = strawberry.field(description="A short code to quote on the phone.")
    status: AppointmentStatus = strawberry.field(
        description="What became of it: on its day the clinic notes whether the patient has come."
    )
    cancellation_reason: CancellationReason | None = strawberry.field(
        description="On whose part it was cancelled; null if it stands, or nobody has said."
    )
    version: int = strawberry.field(
        description=(
            "Raised by each change, that of a status and of what only the clinic sees too: of two states the "
            "higher one is newer."
        )
    )

    @strawberry.field(description="When it was booked.")
    def booked_at(self, info: Info) -> datetime:
        return local(self.row.created_at, self.row.location, info.context)

    @strawberry.field(description="When it was last booked, moved or cancelled, or got another status.")
    def updated_at(self, info: Info) -> datetime:
        return local(self.row.changed_at, self.row.location, info.context)

    @strawberry.field(
        description="Raised by each move and cancellation, from 0; a status leaves it as it was."
    )
    def sequence(self) -> int:
        return self.row.sequence

    @strawberry.field(description="The last instant at which it can be moved or cancelled online.")
    def change_deadline(self, info: Info) -> datetime:
        deadline = self.row.change_deadline(info.context.clinic.policy)
        return local(deadline, self.row.location, info.context)

    @strawberry.field(description="Whether it can still be moved or cancelled online.")
    def can_change(self, info: Info) -> bool:
        deadline = self.row.change_deadline(info.context.clinic.policy)
        return self.row.status is AppointmentStatus.BOOKED and info.context.now <= deadline

    @strawberry.field(description="The course that it is part of; null for a single visit.")
    def course(self) -> Annotated["Course", strawberry.lazy("graphql_api.types.appointments")] | None:
        return None if self.row.course is None else Course.of(self.row.course)

    @strawberry.field(
        description="The appointment as an iCalendar file (text/calendar); of a course, all its appointments."
    )
    async def calendar_file(self, info: Info) -> str:
        load = info.context.load
        rows = await load.appointments.load(self.row.course) if self.row.course else [self.row]
        services = {row.service: await load.services.load(row.service) for row in rows}
        locations = {row.location: await load.locations.load(row.location) for row in rows}
        return appointments_ical(
            info.context.clinic, rows, services, locations, language=info.context.language
        )

    @strawberry.field(
        description="The patient; null if it was not booked with this key, and once the data are erased.",
        directives=[PATIENTS],
    )
    async def patient(self, info: Info) -> Patient | None:
        if not info.context.viewer.owns(self.row.booked_by, Scope.PATIENT_READ):
            return None
        contact = await info.context.load.patients.load(self.row.patient)
        return Patient.of(contact) if contact else None

    @classmethod
    def of(cls, row: AppointmentRow) -> Self:
        return cls(
            id=global_id("Appointment", row.id),
            at=row,
            row=row,
            reference=row.reference,
            status=row.status,
            cancellation_reason=row.cancellation_reason,
            version=row.version,
        )


@strawberry.type(description="Appointments that were booked together; they share one manage link.")
class Course(Node):
    key: strawberry.Private[UUID]

    @strawberry.field(description="Its appointments, in order of time, cancelled ones included.")
    async def appointments(self, info: Info) -> list[Appointment]:
        return [Appointment.of(row) for row in await info.context.load.appointments.load(self.key)]

    @classmethod
    def of(cls, key: UUID) -> Self:
        return cls(id=global_id("Course", key), key=key)
